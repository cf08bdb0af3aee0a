import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Domain } from '../../shared/model/domain.ts'
import { problemSchema } from '../../shared/model/problem.ts'
import { z } from '../../shared/zod.ts'
import { fsyncFolder, writeFileDurable } from './durable-file.ts'
import { hostFileName } from './layout.ts'

/** What a service says of its process. It stands from before its start until its orderly end; `problem`: why it gave up. */
export const pidFileSchema = z.object({
  pid: z.number().int().positive(),
  startTicks: z.string(),
  /** Of the machine's run in which it started. */
  bootId: z.string().optional(),
  startedAt: z.string(),
  phase: z.enum(['starting', 'running', 'stopping']),
  problem: problemSchema.nullable(),
})
export type PidFile = z.infer<typeof pidFileSchema>

/** Where one service keeps its pid file, the lock beside it, and its log: all outside every backup target. */
export type ServiceFiles = {
  readonly pid: string
  readonly lock: string
  readonly log: string
  /** In the form of a pid file: the program that starts or stops a service of the driver `command`, while it is at it. */
  readonly program: string
  /** In the same form: the process that was last seen to serve for a service of that driver. */
  readonly known: string
}

export function serviceFiles(domain: Pick<Domain, 'folders'>, host: string, serviceId: string): ServiceFiles {
  const name = `${hostFileName(host)}.${serviceId}`
  return {
    pid: join(domain.folders.state, 'pids', `${name}.json`),
    lock: join(domain.folders.state, 'pids', `${name}.lock`),
    log: join(domain.folders.state, 'logs', `${name}.log`),
    program: join(domain.folders.state, 'pids', `${name}.program.json`),
    known: join(domain.folders.state, 'pids', `${name}.known.json`),
  }
}

/** The pid file's content; null when there is none. A file that cannot be read as one throws its error. */
export function readPidFile(path: string): PidFile | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return pidFileSchema.parse(JSON.parse(text))
}

export function writePidFile(path: string, content: PidFile): void {
  writeFileDurable(path, `${JSON.stringify(content)}\n`)
}

/** Idempotent. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true })
  fsyncFolder(dirname(path))
}
