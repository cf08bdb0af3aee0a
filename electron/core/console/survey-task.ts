import type { Engine } from '../engine.ts'
import { newRunId } from '../procedure/run-id.ts'
import { chooseArchives } from '../restore/choose-archives.ts'
import { surveyRestore } from '../restore/plan.ts'
import type { TaskContext, TaskResult } from './tasks.ts'

/** Reads the archives of a restore to their end and plans it, as a console's task; nothing is changed. */
export async function surveyTask(
  engine: Engine,
  hosts: readonly string[],
  from: string,
  { signal, progress, nextVolume }: TaskContext,
): Promise<TaskResult> {
  const archives = await chooseArchives(engine.domain.name, { hosts, from }, engine.workerPath)
  const request = { archives, acceptLoss: [], repair: true, nextVolume }
  const { plan } = await surveyRestore(engine, request, newRunId(engine.clock.now()), {
    signal,
    workerPath: engine.workerPath,
    onProgress: ({ bytesDone, bytesTotal, current }) =>
      progress({
        done: bytesDone,
        total: bytesTotal > 0 ? bytesTotal : null,
        current: current === null ? null : { ja: current, en: current },
      }),
  })
  const records = plan.repairs.reduce((sum, repair) => sum + repair.records, 0)
  return { receipt: { records }, plan }
}
