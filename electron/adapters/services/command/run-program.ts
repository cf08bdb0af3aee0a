import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolderDurable } from '../../../formats/durable-file.ts'
import { coverInherited } from '../inherited-files.ts'
import { readLogFrom } from '../launch.ts'

/** How a program of the site ended. */
export interface Ran {
  /** Null: by a signal, not in time, or it could not even begin. */
  readonly code: number | null
  readonly end: 'exit' | 'signal' | 'timeout' | 'aborted' | 'not-begun'
  /** The last that it said, as far as it is text. */
  readonly text: string
}

export interface ProgramOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Where what it and whatever it leaves running say goes; without it, that is only kept for `text`. */
  readonly log?: string
  /** Called as soon as it runs. */
  readonly onBegun?: (pid: number) => void
}

/** Most of what a program says that is repeated. */
const longestSaid = 300

/** How long one that was killed is waited for: another account's hears nothing from us, and one that waits for a dead disk does not end. */
export const dyingMs = 1_000

/** How long the end of what it said may come after its own end: what it left running may hold the pipe for ever. */
const lastWordsMs = 100

/**
 * Runs a program (no shell) in a session of its own and resolves with how it ended; never throws. One that is not over in time, or
 * when `signal` aborts, is killed with all that it began, as far as that is still of its group; nothing that it can do puts this off:
 * one that does not even end by that is left behind.
 */
export async function runProgram(argv: readonly string[], options: ProgramOptions): Promise<Ran> {
  const { env, timeoutMs, signal, log, onBegun } = options
  const [program = '', ...args] = argv
  let said = Buffer.alloc(0)
  const from = log === undefined ? 0 : (statSync(log, { throwIfNoEntry: false })?.size ?? 0)
  let child: ChildProcess
  try {
    child = begin(program, args, env, log)
  } catch (error) {
    return { code: null, end: 'not-begun', text: error instanceof Error ? error.message : String(error) }
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => {
      said = Buffer.concat([said, piece]).subarray(-longestSaid)
    })
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ended = new Promise<Omit<Ran, 'text'> & { readonly text?: string }>((resolve) => {
    child.once('error', ({ message }) => resolve({ code: null, end: 'not-begun', text: message }))
    child.once('exit', (code) => resolve({ code, end: code === null ? 'signal' : 'exit' }))
  })
  if (child.pid !== undefined) onBegun?.(child.pid)
  let cut: 'timeout' | 'aborted' | null = null
  let dying: NodeJS.Timeout | undefined
  let leave = (): void => undefined
  const left = new Promise<Omit<Ran, 'text'>>((resolve) => {
    leave = () => resolve({ code: null, end: 'signal' })
  })
  const give = (why: 'timeout' | 'aborted') => {
    cut ??= why
    killGroup(child.pid)
    dying ??= setTimeout(leave, dyingMs)
  }
  const aborted = () => give('aborted')
  const timer = setTimeout(() => give('timeout'), timeoutMs)
  signal?.addEventListener('abort', aborted, { once: true })
  if (signal?.aborted === true) aborted()
  const found: Omit<Ran, 'text'> & { readonly text?: string } = await Promise.race([ended, left])
  child.unref()
  clearTimeout(timer)
  clearTimeout(dying)
  signal?.removeEventListener('abort', aborted)
  if (log === undefined) await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, lastWordsMs))])
  else said = Buffer.from(readLogFrom(log, from).slice(-longestSaid))
  child.stdout?.destroy()
  child.stderr?.destroy()
  const text = found.text ?? textOf(said)
  return cut === null ? { ...found, text } : { code: null, end: cut, text }
}

function begin(program: string, args: readonly string[], env: ProgramOptions['env'], log: string | undefined) {
  if (log !== undefined) makeFolderDurable(dirname(log))
  const out = log === undefined ? null : openSync(log, 'a', 0o600)
  const nothing = openSync('/dev/null', 'r+')
  try {
    const where: 'pipe' | number = out ?? 'pipe'
    const stdio: StdioOptions = ['ignore', where, where, ...coverInherited(nothing)]
    return spawn(program, args, { detached: true, cwd: '/', env: { ...env }, stdio })
  } finally {
    closeSync(nothing)
    if (out !== null) closeSync(out)
  }
}

/** Ends a program and what it began, by the group that its session begins with. Idempotent. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** On one line, without what no terminal should be sent. */
function textOf(said: Buffer): string {
  return said
    .toString('utf8')
    .replace(/[\p{Cc}\p{Cf}\uFFFD\s]+/gu, ' ')
    .trim()
}
