import type { Change } from '../../../shared/model/change.ts'
import type { JournalSummary, Segment } from '../../../shared/model/journal.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import type { CorruptPlace } from '../../../shared/model/repair.ts'

/** The journals on the master, a row a server. */
export interface JournalStore {
  list(): Promise<readonly JournalSummary[]>
  /**
   * Clear = seal (design §6): moves the journal of `host` into a sealed segment; nothing is unlinked. The fencing
   * token of 排他 is checked inside the registration queue of the master's address service. Returns null when there
   * was no record to seal. Throws `lock-lost`, `journal-not-kept`. A crash in between is finished at the next start.
   */
  seal(host: string, token: number, by: Owner): Promise<Segment | null>
  /**
   * The records of a journal from change `from` on, oldest first, read from the disk whether or not a service runs: of every
   * segment and the current file, or of one segment. Damage is told where it stands, never passed over. Throws
   * `journal-not-kept`, `segment-unknown`.
   */
  records(host: string, which?: { readonly segment?: number; readonly from?: number }): Iterable<JournalRow>
}

/** `segment` is null for the current journal. */
export type JournalRow = { readonly segment: number | null } & (
  | { readonly change: Change }
  | { readonly corrupt: CorruptPlace }
)
