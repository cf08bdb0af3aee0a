import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Problem, problem, problemSchema } from '../../../shared/model/problem.ts'
import { makeFolderDurable } from '../../formats/durable-file.ts'
import { coverInherited } from './inherited-files.ts'

/** How a service process is begun: values that only the roots know. */
export type Launch = {
  /** Node, or Electron's own binary with `ELECTRON_RUN_AS_NODE=1` in `env`. */
  readonly execPath: string
  /** The built entry of one service process; it may lie inside an asar. */
  readonly servicePath: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export type Launched = {
  readonly pid: number | null
  /** Resolves once the process is over. */
  readonly gone: Promise<void>
  kill(): void
  /** What it wrote to its log since it was launched. */
  said(): string
}

/** Most of a log that is looked at. */
const longestSaid = 64 * 1024

/** Begins a process of its own session, which outlives this one; what it prints goes to `log`. */
export function launchService(launch: Launch, args: readonly string[], log: string): Launched {
  makeFolderDurable(dirname(log))
  const from = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  const fd = openSync(log, 'a', 0o600)
  const nothing = openSync('/dev/null', 'r+')
  let child: ChildProcess
  try {
    child = spawn(launch.execPath, [launch.servicePath, ...args], {
      detached: true,
      stdio: ['ignore', fd, fd, ...coverInherited(nothing)],
      env: { ...launch.env },
      cwd: '/',
    })
  } finally {
    closeSync(nothing)
    closeSync(fd)
  }
  let failure = ''
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      failure = error.message
      resolve()
    })
  })
  child.unref()
  return {
    pid: child.pid ?? null,
    gone,
    kill: () => {
      // Whoever kills it waits for its end; a program with nothing else to do would be over before.
      child.ref()
      child.kill('SIGKILL')
    },
    said: () => readLogFrom(log, from) + failure,
  }
}

/** What a log holds from there on; of much only the last, which is where a program says why it ends. */
export function readLogFrom(path: string, from: number): string {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(longestSaid)
    const start = Math.max(from, fstatSync(fd).size - buffer.length)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
  } finally {
    closeSync(fd)
  }
}

/** Why a service gave up, from its own words: its problem, or `service-died` with its last lines. */
export function whyItDied(said: string, params: { host: string; service: string; log: string }): Problem {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  for (const line of [...lines].reverse()) {
    const found = problemOf(line)
    if (found !== null && found.code !== 'internal') return found
  }
  return problem('service-died', { ...params, text: lines.slice(-3).join(' / ').slice(-600) })
}

function problemOf(line: string): Problem | null {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed !== 'object' || parsed === null || !('problem' in parsed)) return null
    if (!('event' in parsed) || parsed.event !== 'gave-up') return null
    const found = problemSchema.safeParse(parsed.problem)
    return found.success ? found.data : null
  } catch {
    return null
  }
}
