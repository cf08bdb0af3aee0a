/** One system call that a process made, from `strace -ttt -T -yy`. Times in seconds. */
export type TracedCall = {
  readonly name: string
  /** The file or socket behind its first argument; a path argument for `unlink`. */
  readonly target: string
  readonly text: string
  readonly begun: number
  readonly ended: number
}

/** Reads a trace of a process with threads: a call that another one interrupted is joined again. */
export function parseTrace(trace: string): readonly TracedCall[] {
  const calls: TracedCall[] = []
  const open = new Map<string, { begun: number; text: string }>()
  for (const line of trace.split('\n')) {
    const head = /^(?:(\d+) +)?(\d+\.\d+) (.*)$/.exec(line)
    if (head === null) continue
    const [, thread = '', time = '', rest = ''] = head
    const at = Number(time)
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest)
    const first = resumed === null ? undefined : open.get(thread)
    if (rest.endsWith('<unfinished ...>')) {
      open.set(thread, { begun: at, text: rest.slice(0, -'<unfinished ...>'.length) })
      continue
    }
    const text = first === undefined ? rest : first.text + (resumed?.[2] ?? '')
    const call = /^(\w+)\((.*)$/.exec(text)
    const name = call?.[1]
    const args = call?.[2]
    if (name === undefined || args === undefined) continue
    const spent = Number(/<(\d+\.\d+)>$/.exec(text)?.[1] ?? 0)
    const begun = first?.begun ?? at
    const ended = first === undefined ? at + spent : at
    const target = /^\d+<(.*?)>(?:[,)]|$)/.exec(args)?.[1] ?? /^"([^"]*)"/.exec(args)?.[1] ?? ''
    calls.push({ name, target, text, begun, ended })
  }
  return calls
}

const isWrite = (call: TracedCall): boolean => /^p?writev?(64)?$/.test(call.name)
const isSync = (call: TracedCall): boolean => call.name === 'fsync' || call.name === 'fdatasync'

/** What has to be durable before a registration is answered. */
export type Durable = { readonly database: string; readonly journals: readonly string[] }

/**
 * Checks that everything which one registration wrote was synced before its answer was sent. `calls`: of the address service
 * and of the Object Server together, between the answer before (`from`) and this one (`answered`). Returns what is wrong.
 */
export function checkSyncs(
  calls: readonly TracedCall[],
  { database, journals }: Durable,
  from: number,
  answered: number,
): readonly string[] {
  const within = calls.filter((call) => call.ended > from && call.begun < answered)
  const wrong: string[] = []
  const lastOf = (match: (call: TracedCall) => boolean): TracedCall | undefined => within.filter(match).at(-1)
  const demand = (what: string, after: TracedCall | undefined, target: string, before: number): void => {
    if (after === undefined) {
      wrong.push(`${what}: nothing was written`)
      return
    }
    const synced = within.some(
      (call) => isSync(call) && call.target === target && call.begun >= after.ended && call.ended <= before,
    )
    if (!synced) wrong.push(`${what}: no sync of ${target} before the answer`)
  }
  for (const journal of journals) {
    demand(
      'journal',
      lastOf((call) => isWrite(call) && call.target === journal),
      journal,
      answered,
    )
  }
  const stored = within.filter((call) => isWrite(call) && call.target === database)
  demand('database', stored.at(-1), database, answered)
  const rollback = `${database}-journal`
  demand(
    'rollback journal',
    lastOf((call) => isWrite(call) && call.target === rollback),
    rollback,
    stored[0]?.begun ?? 0,
  )
  const folder = database.slice(0, database.lastIndexOf('/'))
  demand(
    'end of the transaction',
    lastOf((call) => call.name === 'unlink' && call.target === rollback),
    folder,
    answered,
  )
  return wrong
}

/** When the address service began to write the answer that holds `text`; null when it never did. */
export function answerTime(calls: readonly TracedCall[], text: string): number | null {
  const call = calls.find((one) => isWrite(one) && one.target.startsWith('UNIX') && one.text.includes(text))
  return call?.begun ?? null
}
