import type { JournalSummary, Segment } from '../../../shared/model/journal.ts'
import type { Owner } from '../../../shared/model/owner.ts'

/** The journals on the master, a row a server. */
export interface JournalStore {
  list(): Promise<readonly JournalSummary[]>
  /**
   * Clear = seal (design §6): moves the journal of `host` into a sealed segment; nothing is unlinked. The fencing
   * token of 排他 is checked inside the registration queue of the master's address service. Returns null when there
   * was no record to seal. Throws `lock-lost`, `journal-not-kept`. A crash in between is finished at the next start.
   */
  seal(host: string, token: number, by: Owner): Promise<Segment | null>
}
