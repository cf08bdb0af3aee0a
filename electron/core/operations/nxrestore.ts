import type { ServerConfig } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { Progress } from '../../../shared/model/progress.ts'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import { readRestoreRecord } from '../../formats/restore-record.ts'
import type { Engine } from '../engine.ts'
import type { NextVolume } from '../ports/medium.ts'
import { newRunId } from '../procedure/run-id.ts'
import { collectRecords } from '../restore/collect.ts'
import { planRestore } from '../restore/plan.ts'
import { rememberVolumes } from '../restore/remember-volumes.ts'
import { stageRestore } from '../restore/stage.ts'
import { discardStaged, findUnsettledSwap, swap } from '../restore/swap.ts'
import { assertAllStopped } from './nxbackup.ts'

interface NxrestoreOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
  readonly nextVolume?: NextVolume | undefined
}

/**
 * The manual's `nxrestore` command: only brings the data back, which is 修復待ち then. Refused (12) while a service of that server
 * runs. The server's run lock is held meanwhile; on a failure the former data is live and nothing is left of the restore.
 */
export async function nxrestore(
  engine: Engine,
  server: ServerConfig,
  from: string,
  { nextVolume: asked, ...options }: NxrestoreOptions,
): Promise<RestorePlan> {
  const stateFolder = engine.domain.folders.state
  const runId = newRunId(engine.clock.now())
  const nextVolume = rememberVolumes(asked)
  const held = engine.runLock.acquire([server.host], engine.owner, runId)
  try {
    const unsettled = findUnsettledSwap(stateFolder, [server.host])
    if (unsettled) throw fail('restore-unsettled', { host: server.host, runId: unsettled.runId, since: unsettled.at })
    await assertAllStopped(engine, server)
    const request = { archives: new Map([[server.host, from]]), acceptLoss: [], repair: false, nextVolume }
    const job = { ...options, workerPath: engine.workerPath }
    const planned = await planRestore(engine, request, runId, job)
    const { leads } = await collectRecords(engine, planned.from, runId)
    try {
      swap(stateFolder, await stageRestore(engine, planned, runId, leads, { ...job, nextVolume }))
    } catch (error) {
      const left = readRestoreRecord(stateFolder, runId)
      if (left?.phase === 'staging') await discardStaged(stateFolder, left)
      throw error
    }
    return planned.plan
  } finally {
    held.settle()
  }
}
