import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { toProblem } from '../../../../shared/model/problem.ts'
import { connectDirectory, type Directory } from '../../../adapters/directory/connect.ts'
import { journalPlaces, summarize } from '../../../formats/journal-folder.ts'
import { serviceSocket } from '../../../formats/layout.ts'
import { openShell, type Shell } from '../shell.ts'
import { createModel, type Model } from './model.ts'

const hosts = ['hq-mas', 'tk-ml1', 'os-ml1'] as const
const services = ['object-server', 'address-service', 'server'] as const
const host = fc.constantFrom(...hosts)
const pick = fc.nat(1_000_000)

/** One thing that clients, operators or fate do to the domain. `pick` chooses among what there is then. */
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      clients: fc.integer({ min: 1, max: 4 }),
      each: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), pick, remove: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clear' as const), host }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('backup' as const), host }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      host,
      service: fc.constantFrom(...services),
      during: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('restore' as const),
      pick,
      killAfterMs: fc.option(fc.integer({ min: 300, max: 6000 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('full-disk' as const), clear: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reconcile' as const), host: fc.constantFrom('tk-ml1', 'os-ml1') }),
  },
)
export type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never

/** A history always has something to lose and something to restore from. */
export const history = fc
  .array(operation, { minLength: 3, maxLength: 7 })
  .map((middle): readonly Operation[] => [
    { kind: 'register', clients: 2, each: 5 },
    { kind: 'backup', host: 'hq-mas' },
    ...middle,
    { kind: 'register', clients: 1, each: 3 },
    { kind: 'restore', pick: 0, killAfterMs: null },
  ])

export type Verdict = {
  readonly done: readonly string[]
  readonly acknowledged: number
  readonly wrong: readonly string[]
}

/** Lives one history with real processes and says in what the domain differs from what it had acknowledged. */
export async function live(operations: readonly Operation[]): Promise<Verdict> {
  const shell = await openShell({ root: 'disk/sample' })
  const ownDisk = mountOwnDisk(dirname(shell.root))
  const directories: Directory[] = []
  const directoryOf = (of: string): Directory => {
    const made = connectDirectory({ socket: serviceSocket(shell.domain(), of, 'address-service'), host: of })
    directories.push(made)
    return made
  }
  const done: string[] = []
  try {
    await shell.init()
    await must(shell, ['domain', 'start'])
    const model = createModel(await usersOf(directoryOf('hq-mas')))
    const world: World = { shell, model, directoryOf, archives: [], ownDisk }
    for (const one of operations) done.push(await act(world, one))
    const wrong = await settle(world)
    return { done, acknowledged: model.acknowledged(), wrong }
  } catch (error) {
    return { done, acknowledged: 0, wrong: [`after ${done.join(' → ')}: ${(error as Error).message}`] }
  } finally {
    for (const one of directories) one.close()
    await removeAll(shell, ownDisk)
  }
}

/** A small disk over the domain's folder, where this account may mount one. */
function mountOwnDisk(folder: string): boolean {
  if (process.getuid?.() !== 0) return false
  mkdirSync(folder, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=192m', 'tmpfs', folder]).status === 0
}

/** A mount point cannot be removed: what lies there goes with its processes first, then the disk. */
async function removeAll(shell: Shell, ownDisk: boolean): Promise<void> {
  if (!ownDisk) return shell.remove()
  await shell.remove().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EBUSY') throw error
  })
  execFileSync('umount', ['-l', dirname(shell.root)])
  rmSync(dirname(dirname(shell.root)), { recursive: true })
}

type World = {
  readonly shell: Shell
  readonly model: Model
  directoryOf(host: string): Directory
  readonly archives: { readonly host: string; readonly path: string }[]
  /** Whether the domain lies on a small disk of its own, which may be filled. */
  readonly ownDisk: boolean
}

async function must(shell: Shell, words: readonly string[], allowed: readonly number[] = [0]): Promise<string> {
  const { code, stderr, problem } = await shell.run(words)
  if (!allowed.includes(code ?? -1)) throw new Error(`${words.join(' ')} ended with ${code} ${problem}: ${stderr}`)
  return `${words[0]} ${code}${problem ? ` ${problem}` : ''}`
}

async function usersOf(directory: Directory): Promise<ReadonlyMap<string, string>> {
  const { rows } = await directory.names.search({ kind: 'user', limit: 5000 })
  return new Map(rows.map(({ id, name }) => [id, name]))
}

async function act(world: World, one: Operation): Promise<string> {
  const { shell, archives } = world
  switch (one.kind) {
    case 'register':
      return `register ${await registerMany(world, one.clients, one.each)}`
    case 'edit':
      return edit(world, one.pick, one.remove)
    case 'clear':
      return must(shell, ['journal', 'clear', '--server', one.host, '--yes'], [0, 2, 10, 11])
    case 'backup':
      return backup(world, one.host)
    case 'kill': {
      const flood = one.during ? registerMany(world, 2, 30) : null
      const pid = shell.pid(one.host, one.service)
      if (pid !== null) process.kill(pid, 'SIGKILL')
      await flood
      await revive(shell)
      return `kill ${one.host}/${one.service}`
    }
    case 'full-disk':
      return fillDisk(world, one.clear)
    case 'restore': {
      const chosen = archives[one.pick % Math.max(1, archives.length)]
      return chosen ? restore(world, chosen, one.killAfterMs) : 'restore -'
    }
    case 'reconcile':
      return must(shell, ['reconcile', '--server', one.host, '--yes'], [0, 2, 10, 11])
  }
}

/**
 * The disk of the whole domain fills up while clients register, and perhaps a journal is cleared; then there is room again and
 * the operator starts anew what had closed itself. Only where a disk of its own could be made (root).
 */
async function fillDisk(world: World, clear: boolean): Promise<string> {
  const { shell } = world
  if (!world.ownDisk) return 'full disk -'
  const filler = join(dirname(shell.root), 'filler')
  const full = openSync(filler, 'w')
  const block = Buffer.alloc(1 << 20)
  try {
    for (let size = block.length; size > 0; ) {
      try {
        writeSync(full, block, 0, size)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        size = Math.floor(size / 2)
      }
    }
  } finally {
    closeSync(full)
  }
  const acknowledged = await registerMany(world, 2, 6)
  if (clear) await shell.run(['journal', 'clear', '--server', 'hq-mas', '--yes'])
  rmSync(filler)
  for (const of of hosts) {
    await must(shell, ['stop', '--server', of, '--service', 'address-service', '--yes'])
    await must(shell, ['start', '--server', of])
  }
  return `full disk, ${acknowledged} acknowledged`
}

/** Killed services are started again, the layers below first; a dependent that survived is no hindrance. */
async function revive(shell: Shell): Promise<void> {
  for (const of of hosts) await must(shell, ['start', '--server', of])
}

async function registerMany(world: World, clients: number, each: number): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const directory = world.directoryOf('hq-mas')
      let acknowledged = 0
      for (let index = 0; index < each; index += 1) {
        const id = world.model.newId()
        const name = `利用者 ${id}-${client}`
        const answer = await answerOf(directory.names.register({ kind: 'user', id, name }, `client${client}`))
        world.model.told(id, name, answer)
        if (answer === 'acknowledged') acknowledged += 1
      }
      return acknowledged
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function answerOf(work: Promise<unknown>): Promise<'acknowledged' | 'refused' | 'unknown'> {
  try {
    await work
    return 'acknowledged'
  } catch (error) {
    const { code } = toProblem(error)
    return ['outcome-unknown', 'address-service-silent', 'internal'].includes(code) ? 'unknown' : 'refused'
  }
}

async function edit({ model, directoryOf }: World, chosen: number, remove: boolean): Promise<string> {
  const ids = model.certain()
  const id = ids[chosen % Math.max(1, ids.length)]
  if (id === undefined) return 'edit -'
  const name = `改名 ${id}-${chosen}`
  const change = remove
    ? ({ action: 'delete', kind: 'user', id } as const)
    : ({ action: 'change', kind: 'user', id, name } as const)
  const answer = await answerOf(directoryOf('hq-mas').names.edit([change], 'editor'))
  model.told(id, remove ? null : name, answer)
  return `${change.action} ${answer}`
}

async function backup({ shell, archives }: World, of: string): Promise<string> {
  const path = join(shell.backups, `${archives.length}-${of}.tar.zst`)
  const { code, problem, stderr } = await shell.run(['backup', '--server', of, '--to', path, '--wait', '30', '--yes'])
  if (code === 0 || code === 1) archives.push({ host: of, path })
  else if (![2, 10, 11, 12].includes(code ?? -1))
    throw new Error(`backup ${of} ended with ${code} ${problem}: ${stderr}`)
  return `backup ${of} ${code}`
}

/** Nothing may be listed as lost: every record is held by some journal or replica of this domain. */
async function restore(
  { shell }: World,
  { host: of, path }: World['archives'][number],
  killAfterMs: number | null,
): Promise<string> {
  const running = shell.begin(['restore', '--server', of, '--from', path, '--yes', '--config', shell.config, '--json'])
  const timer = killAfterMs === null ? null : setTimeout(() => running.child.kill('SIGKILL'), killAfterMs)
  const { code, problem, stderr } = await running.ended
  if (timer !== null) clearTimeout(timer)
  if (problem === 'restore-loss') throw new Error(`restore of ${of} lists a loss: ${stderr}`)
  if (code === null) {
    await must(shell, ['runs', 'rollback', '--yes'], [0, 1, 2])
    await revive(shell)
    await repairAll(shell)
    return `restore ${of} killed after ${killAfterMs} ms`
  }
  // An archive from before the master went back to an earlier state is no part of its history any more.
  const allowed = ['restore-newer-than-master', 'repair-diverged', 'replica-newer']
  if (code > 1 && !allowed.includes(problem ?? ''))
    throw new Error(`restore of ${of} ended with ${code} ${problem}: ${stderr}`)
  return `restore ${of} ${code}${problem ? ` ${problem}` : ''}`
}

async function repairAll(shell: Shell): Promise<void> {
  for (const of of hosts) {
    const { code, problem, stderr } = await shell.run(['repair', '--server', of, '--yes'])
    if (code !== 0 && code !== 1 && problem !== 'repair-not-pending') {
      throw new Error(`repair of ${of} ended with ${code} ${problem}: ${stderr}`)
    }
  }
}

/** Brings the domain to rest as an operator would, and looks at all of it. */
async function settle({ shell, model, directoryOf }: World): Promise<readonly string[]> {
  await must(shell, ['runs', 'rollback', '--yes'])
  await revive(shell)
  await repairAll(shell)
  for (const of of hosts.slice(1)) await must(shell, ['reconcile', '--server', of, '--yes'])
  await must(shell, ['replication', '--wait', '60'])
  const master = await usersOf(directoryOf('hq-mas'))
  const wrong = [...model.differences(master)]
  for (const of of hosts.slice(1)) {
    const replica = await usersOf(directoryOf(of))
    for (const [id, name] of master)
      if (replica.get(id) !== name) wrong.push(`${of}: ${id} is ${replica.get(id)}, not ${name}`)
    for (const id of replica.keys()) if (!master.has(id)) wrong.push(`${of}: ${id} is there, and not on the master`)
  }
  for (const place of journalPlaces(shell.domain())) summarize(place)
  const marks = readdirSync(join(shell.root, 'state', 'restore'), { withFileTypes: true }).filter(({ name }) =>
    name.endsWith('.mark'),
  )
  if (marks.length > 0) wrong.push(`do-not-start marks are left: ${marks.map(({ name }) => name).join(', ')}`)
  return wrong
}
