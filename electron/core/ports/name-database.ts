import type { DirectoryStatus } from '../../../shared/model/directory.ts'
import type { Registered, Registration, SearchQuery, SearchResult } from '../../../shared/model/entity.ts'

/** The name database of one server, through its address service. Every call throws a `Problem` when the service is down. */
export interface NameDatabase {
  status(): Promise<DirectoryStatus>
  search(query: SearchQuery): Promise<SearchResult>
  /**
   * Master only. Resolves when the registration is durable in the database and in every journal it belongs to.
   * Throws `registration-locked` (11, with the holder's name) under 排他, `outcome-unknown` when the answer cannot be told.
   */
  register(registration: Registration, operator: string): Promise<Registered>
}
