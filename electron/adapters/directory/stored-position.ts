import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { type Ancestry, type Place, type Position, positionSchema } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import { parameterFilePath } from '../../formats/layout.ts'
import { type Area, parseAreas, readAreas } from '../../formats/parameter-file.ts'
import { nameDatabaseArea, positionQuery, timelineOf, timelinesQuery } from '../../wire/name-database.ts'

/**
 * The change that a server's name database ends with, and its timelines, read from its file while its Object Server is down. Null for a server
 * whose parameter file names no such area. Throws `database-missing`, `database-failed`, and what `readAreas` throws. Only
 * for a database that was ended in order: see `assertCleanDatabase`.
 */
export function readStoredPlace(server: ServerConfig): Place | null {
  const area = readAreas(server).find((one) => one.name === nameDatabaseArea)
  const file = area?.files[0]?.path
  if (area === undefined || file === undefined) return null
  if (!existsSync(file)) throw fail('database-missing', { area: area.name, file })
  try {
    const database = new Database(file)
    try {
      return {
        position: positionSchema.parse(database.prepare(positionQuery).all([])[0]),
        ancestry: timelinesIn(database),
      }
    } finally {
      database.close()
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw fail('database-failed', { area: area.name, text: `${file}: ${text}` }, error)
  }
}

/** None in a database of a version that had no such table. */
function timelinesIn(database: Database.Database): Ancestry {
  const found = database.prepare("SELECT name FROM sqlite_master WHERE name = 'timeline'").all([])
  return found.length === 0
    ? []
    : (database.prepare(timelinesQuery).all([]) as readonly Readonly<Record<string, unknown>>[]).map(timelineOf)
}

/** See `DatabaseFile.check`. */
export function checkStored(server: ServerConfig, placeOf: (path: string) => string): Position | null {
  const settings = placeOf(parameterFilePath(server))
  return checkAreas(parseAreas(readFileSync(settings, 'utf8'), settings), placeOf)
}

/** See the port `DatabaseFile`. The files are copies that nobody else uses. */
export function checkExtracted(server: ServerConfig, folder: string): Position | null {
  return checkAreas(readAreas(server), (path) => join(folder, path))
}

function checkAreas(areas: readonly Area[], placeOf: (path: string) => string): Position | null {
  let position: Position | null = null
  for (const area of areas) {
    for (const [index, { path }] of area.files.entries()) {
      const found = checkOne(placeOf(path), path, area.name === nameDatabaseArea && index === 0)
      position = found ?? position
    }
  }
  return position
}

function checkOne(file: string, path: string, named: boolean): Position | null {
  try {
    if (!existsSync(file)) throw new Error('missing')
    const database = new Database(file)
    try {
      const [row] = database.prepare('PRAGMA integrity_check').all([]) as readonly Readonly<Record<string, unknown>>[]
      const said = String(Object.values(row ?? {})[0])
      if (said !== 'ok') throw new Error(said)
      return named ? positionSchema.parse(database.prepare(positionQuery).all([])[0]) : null
    } finally {
      database.close()
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw fail('archive-database-bad', { path, text, textJa: text }, error)
  }
}
