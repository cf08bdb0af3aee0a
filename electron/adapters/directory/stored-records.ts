import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import { changeSchema } from '../../../shared/model/change.ts'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import type { RecordHolder } from '../../formats/gather-records.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { nameDatabaseArea, timelineOf, timelinesQuery } from '../../wire/name-database.ts'

const pageRows = 500

/**
 * The changes that a server's database keeps on record, read from its file while its address service is down. Nothing is written,
 * so a database that a crash left with a transaction to be taken back cannot be read; then, as wherever there is none, both calls
 * throw.
 */
export function storedRecords(server: ServerConfig): RecordHolder {
  const query = (sql: string, params: readonly number[]): readonly Readonly<Record<string, unknown>>[] => {
    const area = readAreas(server).find(({ name }) => name === nameDatabaseArea)
    // The driver takes no option for it, but a name as SQLite's URI (sqlite.org/uri.html), which also makes no file.
    const database = new Database(`${pathToFileURL(area?.files[0]?.path ?? '/')}?mode=ro`)
    try {
      return database.prepare(sql).all([...params]) as readonly Readonly<Record<string, unknown>>[]
    } finally {
      database.close()
    }
  }
  return {
    host: server.host,
    ancestry: async () => query(timelinesQuery, []).map(timelineOf),
    changes: async (after) =>
      query('SELECT record FROM change WHERE number > ? ORDER BY number LIMIT ?', [after, pageRows]).map((row) =>
        changeSchema.parse(JSON.parse(String(row.record))),
      ),
  }
}
