import { jaArchive } from './ja/archive.ts'
import { jaChrome } from './ja/chrome.ts'
import { jaDatabase } from './ja/database.ts'
import { jaHistory } from './ja/history.ts'
import { jaReplication } from './ja/replication.ts'
import { jaRestore } from './ja/restore.ts'
import { jaRun } from './ja/run.ts'
import { jaSystem } from './ja/system.ts'
import { jaTasks } from './ja/tasks.ts'

/** Every text of the console in Japanese: the complete table, whose keys the English one must have. */
export const ja = {
  ...jaArchive,
  ...jaChrome,
  ...jaDatabase,
  ...jaHistory,
  ...jaReplication,
  ...jaRestore,
  ...jaRun,
  ...jaSystem,
  ...jaTasks,
} as const

export type MessageKey = keyof typeof ja
/** One area's texts in another language: the same keys, no more and no fewer. */
export type Translated<Area> = { readonly [Key in keyof Area]: string }
