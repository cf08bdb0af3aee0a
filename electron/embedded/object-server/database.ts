import { existsSync, statSync } from 'node:fs'
import Database from 'libsql'
import { fail } from '../../../shared/model/problem.ts'
import type { Area } from '../../formats/parameter-file.ts'
import type { Row, Statement } from '../../wire/object-operations.ts'

/** One area of the Object Server: an SQLite database in the file that the parameter file names. */
export type AreaDatabase = {
  /** Rows of one statement that reads. */
  query(sql: string, params: readonly unknown[]): Row[]
  /**
   * All statements or none, synced before it returns (rollback journal, `synchronous=EXTRA`). Throws `transaction-refused`
   * when nothing was changed, `database-failed` when only a look at the database tells.
   */
  transaction(statements: readonly Statement[]): number[]
  /** Closes it. Throws `database-failed` when a journal with content is left beside a file. */
  close(): void
}

/**
 * Opens an area in the files that the parameter file names. Its tables are in the first of them (own decision); the others
 * are held open with it. Changes that a killed process left half done are rolled back here. Throws `database-missing`:
 * a file that is not there is never made anew, because that would hide an area that was moved without its file.
 */
export function openArea(area: Area): AreaDatabase {
  const files = area.files.map((file) => file.path)
  for (const file of files) if (!existsSync(file)) throw fail('database-missing', { area: area.name, file })
  const databases = files.map((file) => openFile(area.name, file))
  const [main] = databases
  if (main === undefined) throw fail('area-unknown', { area: area.name })
  const prepared = new Map<string, Database.Statement>()

  const statement = (sql: string): Database.Statement => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = main.prepare(sql)
    prepared.set(sql, made)
    return made
  }

  return {
    query: (sql, params) => {
      try {
        return statement(sql).all([...params]) as Row[]
      } catch (error) {
        throw failed(area.name, error)
      }
    },
    transaction: (statements) => {
      let committing = false
      try {
        main.exec('BEGIN IMMEDIATE')
        const changed = statements.map(({ sql, params = [], changes }) => {
          const { changes: count } = statement(sql).run([...params])
          if (changes !== undefined && count !== changes)
            throw fail('transaction-refused', { text: 'changed meanwhile' })
          return count
        })
        committing = true
        main.exec('COMMIT')
        return changed
      } catch (error) {
        if (main.inTransaction) main.exec('ROLLBACK')
        const constraint = (error as { code?: unknown }).code
        if (!committing && typeof constraint === 'string' && constraint.startsWith('SQLITE_CONSTRAINT')) {
          throw fail('transaction-refused', { text: (error as Error).message }, error)
        }
        throw failed(area.name, error)
      }
    },
    close: () => {
      prepared.clear()
      for (const database of databases) database.close()
      for (const file of files) assertClean(area.name, file)
    },
  }
}

function openFile(area: string, file: string): Database.Database {
  try {
    const database = new Database(file, { timeout: 0 })
    database.pragma('journal_mode=DELETE')
    database.pragma('synchronous=EXTRA')
    database.pragma('foreign_keys=ON')
    // The first read rolls back what a killed process left in a journal.
    database.prepare('SELECT count(*) FROM sqlite_schema').all([])
    return database
  } catch (error) {
    throw fail('database-failed', { area, text: `${file}: ${textOf(error)}` }, error)
  }
}

function assertClean(area: string, file: string): void {
  for (const suffix of ['-journal', '-wal']) {
    const size = statSync(`${file}${suffix}`, { throwIfNoEntry: false })?.size ?? 0
    if (size > 0) throw fail('database-failed', { area, text: `${file}${suffix} is not empty` })
  }
}

function failed(area: string, error: unknown): unknown {
  if (error instanceof Error && error.name === 'ProblemError') return error
  return fail('database-failed', { area, text: textOf(error) }, error)
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
