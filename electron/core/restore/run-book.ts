import { type Problem, problem } from '../../../shared/model/problem.ts'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import { type RestoreRecord, readRestoreRecord } from '../../formats/restore-record.ts'
import { backupTargets } from '../../formats/targets.ts'
import { type Engine, serverOf } from '../engine.ts'
import { repairSteps } from '../operations/repair-steps.ts'
import type { RunLockHandle } from '../ports/run-lock.ts'
import type { RunBook, Step } from '../procedure/step.ts'
import { type Collected, collectRecords } from './collect.ts'
import { createHalt } from './halt.ts'
import { type PlannedRestore, planRestore, type RestoreRequest, serversToStop } from './plan.ts'
import { stageRestore } from './stage.ts'
import { discardStaged, settleSwap, swap } from './swap.ts'

export interface RestoreBook {
  readonly book: RunBook
  /** What will be done; null until the archives were checked. */
  plan(): RestorePlan | null
}

/**
 * リストア (facts §8): everything is checked and collected while the services still run; then they stop, the data is unpacked beside
 * the live data and exchanged, the services start and データ修復 follows. Up to the exchange a failure leaves all as it was; a failure
 * after it, before the repair begins, brings the former data back. From the repair on the restored data stays. The run lock is held.
 */
export function restoreBook(
  engine: Engine,
  endConsole: () => Promise<void>,
  request: RestoreRequest,
  runId: string,
  runLock: RunLockHandle,
): RestoreBook {
  const stateFolder = engine.domain.folders.state
  const hosts = [...request.archives.keys()]
  const halted = serversToStop(engine, hosts)
  const halt = createHalt(engine, halted)
  const warnings: Problem[] = []
  let collected: Collected['leads'] = new Map()
  let planned: PlannedRestore | null = null
  let record: RestoreRecord | null = null
  let repairing = false

  const steps: readonly Step[] = [
    {
      id: 'check-archive',
      cancellable: true,
      async run({ signal, progress }) {
        planned = await planRestore(engine, request, runId, {
          signal,
          onProgress: progress,
          workerPath: engine.workerPath,
        })
        warnings.push(...planned.plan.warnings)
        const records = planned.plan.repairs.reduce((sum, repair) => sum + repair.records, 0)
        return { members: planned.held.reduce((sum, { entries }) => sum + entries, 0), replay: records }
      },
    },
    {
      id: 'check-console',
      cancellable: true,
      async run() {
        await endConsole()
        return {}
      },
    },
    {
      id: 'collect',
      cancellable: true,
      async run() {
        const { records, leads } = await collectRecords(engine, planned?.from ?? new Map(), runId)
        collected = leads
        return { collected: records }
      },
    },
    {
      id: 'stop-server',
      cancellable: true,
      run: (context) => halt.stop(['dependent', 'server'], context),
      undo: (context) => halt.start(['server', 'dependent'], context),
      undoable,
    },
    {
      id: 'stop-address-service',
      cancellable: true,
      run: (context) => halt.stop(['address-service'], context),
      undo: (context) => halt.start(['address-service'], context),
      undoable,
    },
    {
      id: 'stop-object-server',
      cancellable: true,
      run: (context) => halt.stop(['object-server'], context),
      undo: (context) => halt.start(['object-server'], context),
      undoable,
    },
    {
      id: 'stage',
      cancellable: true,
      async run({ signal, progress }) {
        if (planned === null) throw new Error('the archives were not checked')
        const { nextVolume } = request
        const options = { signal, onProgress: progress, workerPath: engine.workerPath, nextVolume }
        record = await stageRestore(engine, planned, runId, collected, options)
        return { bytes: planned.held.reduce((sum, { bytes }) => sum + bytes, 0) }
      },
      async undo() {
        const left = record ?? readRestoreRecord(stateFolder, runId)
        if (left) record = await discardStaged(stateFolder, left)
      },
      undoable,
    },
    {
      id: 'swap',
      cancellable: false,
      async run() {
        if (record === null) throw new Error('nothing was staged')
        record = swap(stateFolder, record)
        return { places: record.places.length }
      },
      async undo() {
        if (record?.phase === 'swapped') record = settleSwap(stateFolder, record, 'back')
      },
      undoable,
    },
    {
      id: 'settle-data',
      cancellable: false,
      async run() {
        const targets = hosts.flatMap((host) => backupTargets(serverOf(engine.domain, host)))
        return { targets: targets.length }
      },
    },
    {
      id: 'start',
      cancellable: false,
      run: (context) => halt.start(['object-server', 'address-service', 'server', 'dependent'], context, hosts),
      undo: (context) => halt.stop(['dependent', 'server', 'address-service', 'object-server'], context),
      undoable,
    },
    ...(request.repair
      ? repairSteps(engine, hosts, {
          acceptLoss: request.acceptLoss,
          begun: () => {
            repairing = true
          },
          repaired: () => undefined,
          warn: (found) => void warnings.push(found),
        })
      : []),
  ]

  /** Once the restored data may have been written to, only going on is safe. */
  function undoable(): boolean {
    return !repairing
  }

  return {
    plan: () => planned?.plan ?? null,
    book: {
      steps,
      settlement: {
        servicesDown: () => halt.servicesDown(),
        outageMs: () => halt.outageMs(),
        stoppedAny: () => halt.stoppedAny(),
        archives: () => [],
        warnings: () => [
          ...warnings,
          ...halt.warnings(),
          ...(request.repair ? [] : [problem('restore-unrepaired', { hosts: hosts.join(', ') })]),
        ],
        async release() {
          runLock.settle()
        },
      },
    },
  }
}
