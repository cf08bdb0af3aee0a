import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLock } from 'fs-native-extensions'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import { makeFolderDurable } from '../../../formats/durable-file.ts'
import { readPidFile, removePidFile, type ServiceFiles, writePidFile } from '../../../formats/pid-file.ts'
import { bootId, isSameProcess, startTicksOf } from '../../../wire/process-identity.ts'
import { killGroup } from './run-program.ts'

/** How often a lock and a process of someone else, of which no event tells, are looked at. */
const lookMs = 50

/**
 * Start and stop programs of one service run one after the other, whoever asked for them: a lock of the operating system for those
 * who live, and a record of the program for those who died over it. A program whose caller died goes on; it is waited for as long as
 * it may take, and then killed, so that no stop comes to its end after the start that followed it. Throws `tooLate` at the deadline.
 */
export async function inTurn<Result>(
  files: ServiceFiles,
  limits: {
    readonly timeoutMs: number
    readonly signal: AbortSignal | undefined
    readonly tooLate: () => ProblemError
  },
  work: (remember: (pid: number, phase: 'starting' | 'stopping') => void) => Promise<Result>,
): Promise<Result> {
  const { timeoutMs, signal, tooLate } = limits
  makeFolderDurable(dirname(files.lock))
  const fd = openSync(files.lock, 'a+', 0o600)
  try {
    const deadline = performance.now() + timeoutMs
    while (!tryLock(fd, 0, 0)) {
      if (signal?.aborted === true) throw signal.reason instanceof ProblemError ? signal.reason : fail('cancelled')
      if (performance.now() > deadline) throw tooLate()
      await sleep(lookMs)
    }
    await orphanGone(files, deadline, timeoutMs)
    return await work((pid, phase) => {
      const startTicks = startTicksOf(pid)
      // It was over at once.
      if (startTicks === null) return
      const startedAt = new Date().toISOString()
      try {
        writePidFile(files.program, { pid, startTicks, bootId: bootId(), startedAt, phase, problem: null })
      } catch {
        // A full disk keeps no service down; the record is there for who comes after a death alone.
      }
    })
  } finally {
    // Closing the descriptor frees the lock.
    closeSync(fd)
  }
}

async function orphanGone(files: ServiceFiles, deadline: number, timeoutMs: number): Promise<void> {
  const found = readPidFile(files.program)
  if (found === null) return
  while (isSameProcess(found)) {
    const overdue = Date.now() - Date.parse(found.startedAt) > timeoutMs
    if (overdue || performance.now() > deadline) killGroup(found.pid)
    await sleep(lookMs)
  }
  removePidFile(files.program)
}
