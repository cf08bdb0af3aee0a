import type { Finding } from '../../../shared/model/check.ts'
import { sentencesOf } from '../../../shared/model/problem.ts'
import { type Engine, masterOf } from '../engine.ts'
import { behindArchives } from './behind-archives.ts'

/**
 * A master whose data stands behind what archives on record attest. While it waits for data repair, that says what is missing; where its
 * address service is down, the services tell of it. The catalog is read first: what is archived meanwhile cannot be ahead of the answer.
 */
export async function checkBehind(engine: Engine): Promise<Finding[]> {
  const archives = engine.catalog.entries()
  const status = await engine.names.status().catch(() => null)
  if (status === null || status.repairPending !== null) return []
  const found = behindArchives(masterOf(engine.domain).host, status, archives)
  if (found === null) return []
  return [{ id: found.code, severity: 'critical', text: sentencesOf(found), measures: [] }]
}
