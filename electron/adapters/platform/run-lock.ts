import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tryLock, unlock, waitForLockSync } from 'fs-native-extensions'
import { type Owner, ownerSchema } from '../../../shared/model/owner.ts'
import { fail, type ProblemError } from '../../../shared/model/problem.ts'
import { z } from '../../../shared/zod.ts'
import type { Attendance, RunLock, RunLockHandle } from '../../core/ports/run-lock.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { hostFileName } from '../../formats/layout.ts'
import { guarded } from '../../formats/state-file.ts'
import { bootId, startTicksOf } from '../../wire/process-identity.ts'

const recordSchema = z.object({
  runId: z.string(),
  owner: ownerSchema,
  startedAt: z.string(),
  /** For the eye of who has to find out what happened; liveness is told by the operating system's lock alone. */
  bootId: z.string(),
  procStart: z.number(),
})
type Record = z.infer<typeof recordSchema>

/**
 * Byte 0 of a lock file is held as long as its run lives; byte 1 for the moment in which someone reads or changes; byte
 * 2 by a run, or by any number of those who start or stop services by hand.
 */
const life = 0
const turn = 1
const services = 2

type Place = { readonly lock: string; readonly record: string; readonly folder: string }

/** Opens a server's lock file, which is never unlinked: a lock on a file without a name would exclude nobody. */
function openLock(place: Place): number {
  makeFolderDurable(place.folder)
  return openSync(place.lock, 'a+', 0o600)
}

/** One at a time a server, over all processes. What is done inside is short and never waits. */
function inTurn<Result>(fd: number, action: () => Result): Result {
  waitForLockSync(fd, turn, 1)
  try {
    return action()
  } finally {
    unlock(fd, turn, 1)
  }
}

function readRecord(place: Place): Record | null {
  if (!existsSync(place.record)) return null
  const text = readFileSync(place.record, 'utf8')
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (error) {
    throw fail('run-record-corrupt', { file: place.record, line: 1 }, error)
  }
}

function writeRecord(place: Place, record: Record): void {
  writeFileDurable(place.record, `${JSON.stringify(record)}\n`)
}

function removeRecord(place: Place): void {
  rmSync(place.record, { force: true })
  fsyncFolder(place.folder)
}

function refusal(code: 'run-in-progress' | 'run-unfinished', host: string, record: Record): ProblemError {
  const { runId, owner, startedAt } = record
  const { operator, host: runHost, pid } = owner
  return fail(code, { host, operator, runHost, pid, runId, since: startedAt })
}

type Taken = { readonly host: string; readonly place: Place; readonly fd: number }

function releaseOne({ place, fd }: Taken, settled: boolean): void {
  try {
    guarded(place.record, () =>
      inTurn(fd, () => {
        if (settled) removeRecord(place)
        unlock(fd, life, 1)
        unlock(fd, services, 1)
      }),
    )
  } finally {
    // Frees the lock even where its record could not be removed; that one then stands as unfinished: the safe side.
    closeSync(fd)
  }
}

/** Frees every server, and then throws what went wrong at the first that refused. */
function release(taken: readonly Taken[], settled: boolean): void {
  const failures = [...taken].reverse().flatMap((one) => {
    try {
      releaseOne(one, settled)
      return []
    } catch (error) {
      return [error]
    }
  })
  if (failures.length > 0) throw failures[0]
}

function handleOf(runId: string, taken: readonly Taken[]): RunLockHandle {
  let held = taken
  const end = (settled: boolean) => {
    const ending = held
    held = []
    release(ending, settled)
  }
  return { runId, hosts: taken.map(({ host }) => host), settle: () => end(true), abandon: () => end(false) }
}

/** What to do with a server whose lock was free, given the record found there. Null: leave it alone. */
type Decide = (host: string, found: Record | null) => Record | null

/** Takes the lock at one server if `decide` says so. */
function takeOne(host: string, place: Place, decide: Decide): Taken | null {
  const fd = openLock(place)
  let kept = false
  try {
    kept = inTurn(fd, () => {
      const free = tryLock(fd, life, 1)
      const found = readRecord(place)
      if (!free) {
        if (found === null) throw fail('state-folder-failed', { path: place.record, text: 'held without a record' })
        throw refusal('run-in-progress', host, found)
      }
      const record = decide(host, found)
      if (record === null) return false
      if (!tryLock(fd, services, 1)) throw fail('services-attended', { host })
      writeRecord(place, record)
      return true
    })
    return kept ? { host, place, fd } : null
  } finally {
    // Closing the descriptor frees whatever was locked through it.
    if (!kept) closeSync(fd)
  }
}

/** Shares one server's services with whoever else works on them by hand; returns the open lock file. */
function attendOne(host: string, place: Place): number {
  const fd = openLock(place)
  try {
    inTurn(fd, () => {
      const live = !tryLock(fd, life, 1)
      const found = readRecord(place)
      if (!live) unlock(fd, life, 1)
      if (found !== null) throw refusal(live ? 'run-in-progress' : 'run-unfinished', host, found)
      if (!tryLock(fd, services, 1, { shared: true })) throw fail('services-attended', { host })
    })
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/**
 * The run lock in `<state>/run-lock/`: a lock file and, during a run, a record for each server. `owner.pid` has to be
 * the calling process.
 */
export function createRunLock(options: { readonly stateFolder: string; readonly now: () => Date }): RunLock {
  const folder = join(options.stateFolder, 'run-lock')
  const placeOf = (host: string): Place => {
    const name = hostFileName(host)
    return { folder, lock: join(folder, `${name}.lock`), record: join(folder, `${name}.json`) }
  }

  function recordOf(runId: string, owner: Owner, startedAt: string): Record {
    const procStart = Number(startTicksOf(process.pid) ?? 0)
    return { runId, owner, startedAt, bootId: bootId(), procStart }
  }

  /** In one order for everybody, so that two runs over the same servers cannot each hold half. */
  function takeAll(
    hosts: readonly string[],
    decide: Decide,
    undo: (taken: readonly Taken[]) => void,
  ): readonly Taken[] {
    const taken: Taken[] = []
    try {
      for (const host of [...new Set(hosts)].sort()) {
        const one = guarded(placeOf(host).record, () => takeOne(host, placeOf(host), decide))
        if (one !== null) taken.push(one)
      }
      return taken
    } catch (error) {
      undo(taken)
      throw error
    }
  }

  function inspect(host: string) {
    const place = placeOf(host)
    if (!existsSync(place.record)) return null
    return guarded(place.record, () => {
      const fd = openLock(place)
      try {
        return inTurn(fd, () => {
          const live = !tryLock(fd, life, 1)
          const found = readRecord(place)
          if (!live) unlock(fd, life, 1)
          return found === null ? null : { found, live }
        })
      } finally {
        closeSync(fd)
      }
    })
  }

  return {
    acquire(hosts, owner, runId) {
      const record = recordOf(runId, owner, options.now().toISOString())
      const decide: Decide = (host, found) => {
        if (found !== null) throw refusal('run-unfinished', host, found)
        return record
      }
      return handleOf(
        runId,
        takeAll(hosts, decide, (taken) => release(taken, true)),
      )
    },
    adopt(hosts, owner) {
      let runId: string | null = null
      const decide: Decide = (host, found) => {
        if (found === null) return null
        if (runId !== null && runId !== found.runId) throw refusal('run-unfinished', host, found)
        runId = found.runId
        return recordOf(found.runId, owner, found.startedAt)
      }
      const taken = takeAll(hosts, decide, (half) => release(half, false))
      return runId === null ? null : handleOf(runId, taken)
    },
    attend(hosts): Attendance {
      let open: number[] = []
      const release = () => {
        const closing = open
        open = []
        for (const fd of closing) closeSync(fd)
      }
      try {
        for (const host of new Set(hosts))
          open.push(guarded(placeOf(host).record, () => attendOne(host, placeOf(host))))
      } catch (error) {
        release()
        throw error
      }
      return { release }
    },
    inspect(host) {
      const state = inspect(host)
      if (state === null) return null
      const { runId, owner, startedAt } = state.found
      return { runId, owner, live: state.live, since: startedAt }
    },
    assertFree(hosts) {
      for (const host of hosts) {
        const state = inspect(host)
        if (state !== null) throw refusal(state.live ? 'run-in-progress' : 'run-unfinished', host, state.found)
      }
    },
  }
}
