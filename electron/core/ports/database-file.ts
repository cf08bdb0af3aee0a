import type { ServerConfig } from '../../../shared/model/domain.ts'
import type { Place, Position } from '../../../shared/model/position.ts'

/** Reads a server's own database files while its Object Server is down. */
export interface DatabaseFile {
  /**
   * The change that the name database in those files ends with (design §8) and the timelines that it knows; null where the parameter
   * file names no such area. Changes nothing. Only for a database that was ended in order. Throws `database-missing`, `database-failed`.
   */
  readPlace(server: ServerConfig): Place | null
  /**
   * Opens every database file of the server as it was extracted under `folder`, and checks its integrity; gives the change
   * that the name database there ends with. Throws `archive-database-bad` (13) naming the file.
   */
  checkExtracted(server: ServerConfig, folder: string): Position | null
  /**
   * Opens every database file of a server as it was unpacked, before it is made live, checks that each is whole, and gives the
   * change that the name database ends with. `placeOf` tells where a file that the server's settings name lies for now. Throws
   * `archive-database-bad` (13) naming the file.
   */
  check(server: ServerConfig, placeOf: (path: string) => string): Position | null
}
