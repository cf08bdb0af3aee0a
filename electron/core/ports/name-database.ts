import type { DirectoryStatus } from '../../../shared/model/directory.ts'
import type {
  Edit,
  Edited,
  Imported,
  LocateQuery,
  Registered,
  Registration,
  SearchQuery,
  SearchResult,
} from '../../../shared/model/entity.ts'

/** The name database of one server, through its address service. Every call throws a `Problem` when the service is down. */
export interface NameDatabase {
  status(): Promise<DirectoryStatus>
  search(query: SearchQuery): Promise<SearchResult>
  /** The place of the row of that whole list which typing ahead leads to; null when there is none. */
  locate(query: LocateQuery): Promise<number | null>
  /**
   * Master only. Resolves when the registration is durable in the database and in every journal it belongs to.
   * Throws `registration-locked` (11, with the holder's name) under 排他, `outcome-unknown` when the answer cannot be told.
   */
  register(registration: Registration, operator: string): Promise<Registered>
  /**
   * Master only. Up to 2,000 registrations, changes and deletions as one: all are acknowledged like a registration, or the
   * first that is refused is thrown and nothing was done. Throws `entity-unknown`, `entity-changed` (it is not `expected` any
   * more), what guards the hierarchy (`organization-not-empty`, `board-too-deep`, …), and what `register` throws.
   */
  edit(edits: readonly Edit[], operator: string): Promise<Edited>
  /**
   * Master only. Registers many as one transaction, also under `kill -9`. What is refused is answered by index; then nothing is
   * registered, unless `partial` asks for the rest. A dry run only checks. Throws `import-too-large`, and what `register`
   * throws for all of them at once.
   */
  registerMany(registrations: readonly Registration[], options: BulkOptions): Promise<Imported>
}

export interface BulkOptions {
  readonly operator: string
  readonly partial: boolean
  readonly dryRun: boolean
  /** Told how many have reached the service. */
  readonly onSent?: (count: number) => void
  /**
   * Aborted: throws its reason, or `cancelled`, and nothing is registered; one that comes when all is being stored already is
   * too late, and the answer tells what was registered.
   */
  readonly signal?: AbortSignal
}
