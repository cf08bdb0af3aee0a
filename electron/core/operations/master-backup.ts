import type { Segment } from '../../../shared/model/journal.ts'
import type { HeldLock } from '../../../shared/model/lease.ts'
import { fail, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { Receipt } from '../../../shared/model/run.ts'
import { masterJournal } from '../../formats/journal-folder.ts'
import { verifyArchive } from '../archive/verify.ts'
import type { WrittenArchive } from '../archive/write-file.ts'
import { type Engine, masterOf } from '../engine.ts'
import { type KeptLease, keepLease } from '../lock/keep-lease.ts'
import type { RunLockHandle } from '../ports/run-lock.ts'
import type { RunBook, Step, StepContext } from '../procedure/step.ts'
import { createDowntime } from '../servers/downtime.ts'
import { copyServer } from './copy-server.ts'
import { checkMedium } from './preflight.ts'

/** What the run-book asks of whoever drives it: a console logs on and off, a command makes sure that no console is on. */
export interface ConsoleSide {
  /** 運転席を起動して,名前データベースウィンドウを表示します。 */
  open(): Promise<void>
  /** 運転席を終了します。 Afterwards no console is logged on, or it throws `console-open` (11). */
  end(): Promise<void>
}

export interface MasterBackup {
  readonly book: RunBook
  /** The answer to the nxbackup prompt; must be set before that step. */
  setPath(path: string): void
}

/**
 * Case (1), マスタ管理サーバのバックアップ (manual 15.2.3 (1)): its steps 1 to 8 in its order, then verification and the
 * start in reverse. Without `MNG_JOURNAL` steps 1 to 4 fall away, as the manual says. The run lock is already held.
 */
export function masterBackup(
  engine: Engine,
  console: ConsoleSide,
  runId: string,
  runLock: RunLockHandle,
): MasterBackup {
  const server = masterOf(engine.domain)
  const downtime = createDowntime(engine, server)
  let held: HeldLock | null = null
  let lease: KeptLease | null = null
  let path: string | null = null
  let archive: WrittenArchive | null = null
  let verified = false
  /** Whether the archive outlives a failure: it was good before the services failed to start. */
  let kept = false

  async function releaseLock(): Promise<void> {
    lease?.stop()
    if (held) await engine.lock.release(held.token)
    held = null
  }

  const lockSteps: readonly Step[] = [
    {
      id: 'open-console',
      cancellable: true,
      async run() {
        await console.open()
        return {}
      },
    },
    {
      id: 'take-lock',
      cancellable: true,
      async run() {
        const { ttlMs, heartbeatMs } = engine.domain.lease
        held = await engine.lock.acquire(engine.owner, ttlMs)
        const token = held.token
        lease = keepLease(() => engine.lock.renew(token), {
          ttlMs,
          heartbeatMs,
          clock: engine.clock,
          refused: (found) => found.code === 'lock-lost',
        })
        return { since: held.since }
      },
      undo: releaseLock,
      undoable: () => held !== null,
    },
    {
      id: 'clear-journal',
      cancellable: true,
      async run() {
        if (!held || lease?.lost.aborted) throw lease?.lost.reason ?? fail('lock-lost', { host: server.host })
        const segment = await engine.journals.seal(server.host, held.token, engine.owner)
        return sealReceipt(segment)
      },
    },
    {
      id: 'release-lock',
      cancellable: true,
      async run() {
        await releaseLock()
        return {}
      },
    },
  ]

  const stopAndCopy: readonly Step[] = [
    {
      id: 'end-console',
      cancellable: true,
      async run() {
        await console.end()
        return {}
      },
    },
    {
      id: 'stop-server',
      cancellable: true,
      run: (context) => downtime.stop(['dependent', 'server'], context),
      undo: (context) => downtime.start(['server', 'dependent'], context),
    },
    {
      id: 'stop-directory',
      cancellable: true,
      run: (context) => downtime.stop(['address-service', 'object-server'], context),
      undo: (context) => downtime.start(['object-server', 'address-service'], context),
    },
    {
      id: 'nxbackup',
      cancellable: true,
      check: () => checkMedium(engine, server, path),
      async run(context) {
        const to = await requirePath()
        archive = await copyServer(engine, server, { to, runId, signal: context.signal, onProgress: context.progress })
        const { bytes, sha256, members, position, skipped } = archive
        for (const socket of skipped) {
          context.note({ ja: `ソケット ${socket} は保存しません`, en: `the socket ${socket} is not kept` })
        }
        return { path: to, bytes, sha256, members, changeNumber: position?.number ?? null }
      },
      async undo() {
        if (kept) return
        if (archive) await engine.medium.remove(archive.path)
        archive = null
      },
    },
  ]

  const verify: Step = {
    id: 'verify',
    cancellable: true,
    async run({ signal, progress, note }) {
      const to = await requirePath()
      try {
        const { summary } = await verifyArchive(to, { signal, onProgress: progress, workerPath: engine.workerPath })
        if (summary.sha256 !== archive?.sha256) throw fail('archive-changed', { path: to })
        verified = true
        return { members: summary.members, sha256: summary.sha256 }
      } catch (error) {
        if (!signal.aborted) await rejectArchive(to, note).catch(because(error))
        throw error
      }
    },
  }

  const start: Step = {
    id: 'start',
    cancellable: false,
    run: (context) => {
      kept = verified
      return downtime.start(['object-server', 'address-service', 'server', 'dependent'], context)
    },
  }

  /** An archive that cannot be taken off its name is left to the undoing of nxbackup, which removes it. */
  async function rejectArchive(to: string, note: StepContext['note']): Promise<void> {
    try {
      const name = await engine.medium.reject(to)
      archive = null
      note({ ja: `不正なアーカイブを ${name} に改名しました`, en: `the bad archive is now named ${name}` })
    } catch (error) {
      const { ja, en } = toProblem(error).message
      note({ ja: `不正なアーカイブを改名できません: ${ja}`, en: `the bad archive could not be renamed: ${en}` })
    }
  }

  async function requirePath(): Promise<string> {
    if (path === null) throw fail('medium-path-missing')
    return path
  }

  const copyFirst = engine.domain.policies.verify === 'before-start' ? [verify, start] : [start, verify]
  return {
    setPath(given) {
      path = given
    },
    book: {
      steps: [...(masterJournal(server) ? lockSteps : []), ...stopAndCopy, ...copyFirst],
      settlement: {
        servicesDown: () => downtime.servicesDown(),
        outageMs: () => downtime.outageMs(),
        stoppedAny: () => downtime.stoppedAny(),
        archives: () => (verified && archive ? [archive] : []),
        warnings: () =>
          archive?.skipped.length ? [problem('sockets-skipped', { count: archive.skipped.length })] : [],
        async release() {
          // 排他 runs out by itself where the address service cannot be told; the servers are freed in any case.
          try {
            await releaseLock()
          } finally {
            runLock.settle()
          }
        },
      },
    },
  }
}

/** What was sealed, with the numbers of its first and last change. */
function sealReceipt(segment: Segment | null): Receipt {
  return {
    records: segment?.records ?? 0,
    segment: segment?.id ?? null,
    firstChange: segment?.first?.number ?? null,
    lastChange: segment?.last?.number ?? null,
    timeline: segment?.last?.timeline ?? null,
  }
}

/** For what goes wrong while a failure is dealt with: the failure stays the one that is told. */
function because(failure: unknown): (other: unknown) => never {
  return (other) => {
    throw new ProblemError(toProblem(failure), { cause: new AggregateError([failure, other]) })
  }
}
