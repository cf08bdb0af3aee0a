import { archivesVerb } from './archives.ts'
import { backupVerb } from './backup.ts'
import { changeVerb } from './change.ts'
import { checkVerb } from './check.ts'
import { copyVerb } from './copy.ts'
import { deleteVerb } from './delete.ts'
import { domainDestroy } from './domain/destroy.ts'
import { domainInit } from './domain/init.ts'
import { domainStart } from './domain/start.ts'
import { domainStatus } from './domain/status.ts'
import { domainStop } from './domain/stop.ts'
import { extractVerb } from './extract.ts'
import { journalClear } from './journal/clear.ts'
import { journalList } from './journal/list.ts'
import { journalShow } from './journal/show.ts'
import { listVerb } from './list.ts'
import { lockBreak } from './lock/break.ts'
import { lockStatus } from './lock/status.ts'
import { adrsmchj } from './manual/adrsmchj.ts'
import { apstart, apstop, nxsmngsrv } from './manual/mail-applications.ts'
import { nxsrepstat } from './manual/nxsrepstat.ts'
import { mediaRetention } from './media/retention.ts'
import { mediaUnfinished } from './media/unfinished.ts'
import { nxbackupVerb } from './nxbackup.ts'
import { nxrestoreVerb } from './nxrestore.ts'
import { reconcileVerb } from './reconcile.ts'
import { recoverVerb } from './recover.ts'
import { completionVerb } from './reference/completion.ts'
import { manVerb } from './reference/man.ts'
import { registerVerb } from './register.ts'
import { repairVerb } from './repair.ts'
import { replicationVerb } from './replication.ts'
import { restoreVerb } from './restore.ts'
import { runsExport } from './runs/export.ts'
import { runsList } from './runs/list.ts'
import { runsResume } from './runs/resume.ts'
import { runsRollback } from './runs/rollback.ts'
import { runsShow } from './runs/show.ts'
import { prepareSampleVerb } from './sample/prepare.ts'
import { runSampleVerb } from './sample/run.ts'
import { scheduleCatchUp } from './schedule/catch-up.ts'
import { scheduleInstall } from './schedule/install.ts'
import { scheduleRemove } from './schedule/remove.ts'
import { scheduleShow } from './schedule/show.ts'
import { searchVerb } from './search.ts'
import { serversVerb } from './servers.ts'
import { startVerb, stopVerb } from './start-stop.ts'
import type { Verb, VerbGroup } from './verb.ts'
import { verifyVerb } from './verify.ts'

/** Every verb of the command line, in the order in which the help lists them. */
export const verbs: readonly (Verb | VerbGroup)[] = [
  {
    name: 'domain',
    about: { ja: 'ドメイン全体の作成・起動・停止・状態・削除', en: 'make, start, stop, show, remove a whole domain' },
    verbs: [domainInit, domainStart, domainStop, domainStatus, domainDestroy],
  },
  serversVerb,
  startVerb,
  stopVerb,
  registerVerb,
  changeVerb,
  deleteVerb,
  searchVerb,
  replicationVerb,
  reconcileVerb,
  { name: 'lock', about: { ja: '排他', en: 'the exclusive lock' }, verbs: [lockStatus, lockBreak] },
  { name: 'journal', about: { ja: 'ジャーナル', en: 'the journals' }, verbs: [journalList, journalShow, journalClear] },
  backupVerb,
  verifyVerb,
  listVerb,
  extractVerb,
  restoreVerb,
  repairVerb,
  copyVerb,
  archivesVerb,
  { name: 'media', about: { ja: '媒体の手入れ', en: 'care of the media' }, verbs: [mediaRetention, mediaUnfinished] },
  {
    name: 'runs',
    about: { ja: '実行の記録', en: 'records of runs' },
    verbs: [runsList, runsShow, runsExport, runsResume, runsRollback],
  },
  recoverVerb,
  checkVerb,
  {
    name: 'schedule',
    about: { ja: '無人バックアップの予定', en: 'the backup that runs by itself' },
    verbs: [scheduleInstall, scheduleShow, scheduleRemove, scheduleCatchUp],
  },
  apstart,
  apstop,
  nxsmngsrv,
  nxbackupVerb,
  nxrestoreVerb,
  nxsrepstat,
  adrsmchj,
  completionVerb,
  manVerb,
  prepareSampleVerb,
  runSampleVerb,
]
