import type { Ancestry, ChangeRange, Place, Position } from '../../../shared/model/position.ts'
import type { RepairPlan, RepairProgress, RepairReport, RepairSource } from '../../../shared/model/repair.ts'

/** データ修復 (design §6): what was acknowledged after the data was copied, back into the restored data. */
export interface DataRepair {
  /**
   * What a repair of `host` would replay: from sealed, `.sealing` and current segments, from what was collected, and from
   * every server that can be asked. With `from` it tells the same for data of that position, as before a restore; then
   * the server's own address service need not run, and what the data in force has on record counts as well; with `reaches`, where
   * the master itself will be repaired to, neither need the master's. Changes nothing. Throws `address-service-down`, `server-unknown`.
   */
  inspect(host: string, options?: InspectOptions): Promise<RepairPlan>
  /**
   * Replays in order, with the changes' own numbers, and ends 修復待ち. Of the master: also restores what the journals and
   * queues lack, then starts a new timeline. Of another server: the master feeds it, then compares the contents.
   * Idempotent; after a crash at any moment the server is 修復待ち still, and it can be asked again. Throws `repair-gap` (2)
   * naming the numbers that nobody holds and the corrupt places, unless `acceptLoss` names exactly those;
   * `maintenance-in-progress` (11), `repair-not-pending` (64) where there is nothing to repair.
   */
  repair(host: string, options: RepairOptions): Promise<RepairReport>
  /**
   * Before data is overwritten: copies every record that is newer than `from`, wherever it is found, durably into the new
   * file `into`, which a repair reads when the mark of the restored data names it. Gives what it found, a row a source, and every timeline
   * that it heard of.
   */
  collect(from: Place, into: string): Promise<CollectedRecords>
}

export type CollectedRecords = { readonly sources: readonly RepairSource[]; readonly timelines: Ancestry }

export type InspectOptions = {
  readonly from?: Place
  readonly reaches?: Position
  /** Journal folders and collected files beside those in force; absolute. */
  readonly sources?: readonly string[]
}

export type RepairOptions = {
  readonly operator: string
  readonly acceptLoss?: readonly ChangeRange[]
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RepairProgress) => void
}
