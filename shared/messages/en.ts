import { enArchive } from './en/archive.ts'
import { enChrome } from './en/chrome.ts'
import { enDatabase } from './en/database.ts'
import { enHistory } from './en/history.ts'
import { enReplication } from './en/replication.ts'
import { enRestore } from './en/restore.ts'
import { enRun } from './en/run.ts'
import { enSystem } from './en/system.ts'
import { enTasks } from './en/tasks.ts'
import type { MessageKey } from './ja.ts'

/** The same texts in English. */
export const en: Readonly<Record<MessageKey, string>> = {
  ...enArchive,
  ...enChrome,
  ...enDatabase,
  ...enHistory,
  ...enReplication,
  ...enRestore,
  ...enRun,
  ...enSystem,
  ...enTasks,
}
