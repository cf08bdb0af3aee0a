import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLock } from 'fs-native-extensions'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import { makeFolderDurable } from '../../../formats/durable-file.ts'
import { readPidFile, removePidFile, type ServiceFiles, writePidFile } from '../../../formats/pid-file.ts'
import { bootId, isSameProcess, startTicksOf } from '../../../wire/process-identity.ts'
import { dyingMs, killGroup } from './run-program.ts'

/** How often a lock and a process of someone else, of which no event tells, are looked at. */
const lookMs = 50

interface Limits {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly tooLate: () => ProblemError
}

/**
 * Start and stop programs of one service run one after the other, whoever asked for them: a lock of the operating system for those
 * who live, and a record of the program for those who died over it. A program whose caller died goes on; it is waited for as long as
 * it may take, and then killed, so that no stop comes to its end after the start that followed it. Throws `tooLate` at the deadline,
 * also where one cannot be killed: as long as that lives, nothing else is begun.
 */
export async function inTurn<Result>(
  files: ServiceFiles,
  limits: Limits,
  work: (remember: (pid: number, phase: 'starting' | 'stopping') => void) => Promise<Result>,
): Promise<Result> {
  const { timeoutMs, signal, tooLate } = limits
  makeFolderDurable(dirname(files.lock))
  const fd = openSync(files.lock, 'a+', 0o600)
  try {
    const deadline = performance.now() + timeoutMs
    while (!tryLock(fd, 0, 0)) {
      assertWanted(signal)
      if (performance.now() > deadline) throw tooLate()
      await sleep(lookMs)
    }
    await orphanGone(files, deadline, limits)
    return await work((pid, phase) => {
      const startTicks = startTicksOf(pid)
      // It was over at once.
      if (startTicks === null) return
      const startedAt = new Date().toISOString()
      try {
        const before = readPidFile(files.program)
        // One that could not be killed stays the one to wait for.
        if (before !== null && isSameProcess(before)) return
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

async function orphanGone(files: ServiceFiles, deadline: number, limits: Limits): Promise<void> {
  const found = readPidFile(files.program)
  if (found === null) return
  while (isSameProcess(found)) {
    assertWanted(limits.signal)
    const overdue = Date.now() - Date.parse(found.startedAt) > limits.timeoutMs
    if (overdue || performance.now() > deadline) killGroup(found.pid)
    if (performance.now() > deadline + dyingMs) throw limits.tooLate()
    await sleep(lookMs)
  }
  removePidFile(files.program)
}

function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw signal.reason instanceof ProblemError ? signal.reason : fail('cancelled')
}
