import type { Finding } from '../../../shared/model/check.ts'
import type { DirectoryStatus } from '../../../shared/model/directory.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import type { Engine } from '../engine.ts'
import type { GoodBackup } from './backup-due.ts'
import { backupsOnRecord, checkBackups } from './check-backups.ts'
import { checkBehind } from './check-behind.ts'
import { checkDue } from './check-due.ts'
import { checkJournals } from './check-journals.ts'
import { checkMasterBackup } from './check-master-backup.ts'
import { checkNotices } from './check-notices.ts'
import { checkReplication } from './check-replication.ts'
import { checkRoom } from './check-room.ts'
import { checkSchedule } from './check-schedule.ts'
import { checkServices } from './check-services.ts'

/** When something is worth a word; milliseconds. */
export interface Thresholds {
  /** Age of the newest good backup of a server. */
  readonly warnMs: number
  readonly critMs: number
  /** Age of the oldest record that waits for a server. */
  readonly lagMs: number
}

/**
 * Looks at everything that an operator would want to know in the morning. Changes nothing, and never throws for what it
 * finds: what cannot be found out is a finding too.
 */
export async function check(
  engine: Engine,
  thresholds: Thresholds,
  folder: string | null,
): Promise<readonly Finding[]> {
  const directory = await engine.names.status().catch(() => null)
  const past = backupsOnRecord(engine)
  const { good } = past
  const looks: readonly (() => Finding[] | Promise<Finding[]>)[] = [
    () => checkServices(engine),
    () => checkSchedule(engine, folder),
    () => checkBackups(engine, good, thresholds),
    ...needing(engine, directory, good, thresholds),
    () => checkBehind(engine),
    () => checkDue(engine, past, directory),
    () => checkRoom(engine, good),
    () => checkNotices(engine),
  ]
  const findings: Finding[] = []
  for (const look of looks) {
    try {
      findings.push(...(await look()))
    } catch (error) {
      const { code, message } = toProblem(error)
      findings.push({ id: code, severity: 'unknown', text: message, measures: [] })
    }
  }
  return findings
}

/** What only the master's address service knows; that it is down is told by the services. */
function needing(
  engine: Engine,
  directory: DirectoryStatus | null,
  good: ReadonlyMap<string, GoodBackup>,
  { lagMs }: Thresholds,
): readonly (() => Finding[])[] {
  if (directory === null) return []
  return [
    () => checkReplication(directory, lagMs, engine.clock.now().getTime()),
    () => checkJournals(directory, good),
    () => checkMasterBackup(engine, directory),
  ]
}
