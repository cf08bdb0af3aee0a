import type { ServerConfig } from '../../../shared/model/domain.ts'
import type { Position } from '../../../shared/model/position.ts'

/** Reads a server's own database files while its Object Server is down. */
export interface DatabaseFile {
  /**
   * The change that the name database in those files ends with (design §8); null where the parameter file names no
   * such area. Changes nothing. Only for a database that was ended in order. Throws `database-missing`, `database-failed`.
   */
  readPosition(server: ServerConfig): Position | null
}
