import { enChrome } from './en/chrome.ts'
import { enDatabase } from './en/database.ts'
import { enHistory } from './en/history.ts'
import { enRun } from './en/run.ts'
import { enSystem } from './en/system.ts'
import { enTasks } from './en/tasks.ts'
import type { MessageKey } from './ja.ts'

/** The same texts in English. */
export const en: Readonly<Record<MessageKey, string>> = {
  ...enChrome,
  ...enDatabase,
  ...enHistory,
  ...enRun,
  ...enSystem,
  ...enTasks,
}
