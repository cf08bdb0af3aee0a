import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import type { Entity, EntityKind } from '../../../shared/model/entity.ts'
import type { Area, AreaUse } from '../../formats/parameter-file.ts'
import { nameDatabaseArea, nameDatabaseVersion } from '../../wire/name-database.ts'
import { nameDatabaseTables } from '../address-service/schema.ts'

/** Areas of an Object Server as the manuals name them; the name database is in one of them. */
const areaNames: readonly (readonly [name: string, use: AreaUse])[] = [
  ['master01', 'MASTER'],
  ['data01', 'DATADIR'],
  ['dictionary01', 'DICTIONARY'],
  ['oidindex01', 'OIDINDEX'],
  ['GMA_LASTSEQNO_Type', 'USER'],
  [nameDatabaseArea, 'USER'],
  ['GMA_USERCONFIG_ORNAME', 'INDEX'],
  ['GMA_SENDMAILMAIN_Type', 'USER'],
  ['GMA_SENDRECIPIENTS_Type', 'USER'],
  ['GMA_KMLT_Type', 'USER'],
  ['GMA_RECVMAILMAIN_Type', 'USER'],
  ['GMA_REPORTMAIN_Type', 'USER'],
  ['GMA_NOTICEMAIN_Type', 'USER'],
]

/** The areas of one server of the sample domain; their files stand outside the management folders, as on a real site. */
export function sampleAreas(server: ServerConfig): readonly Area[] {
  const folder = join(server.prefix, 'var/opt/XOD/db')
  return areaNames.map(([name, use]) => ({
    name,
    use,
    segment: 4096,
    files: [{ path: join(folder, name), initial: 16, max: 1024 }],
  }))
}

/**
 * Makes every area's database on every server. The name databases are copies of one: the same entities at the same change,
 * as if all of it had been registered and replicated.
 */
export function writeDatabases(servers: readonly ServerConfig[], timeline: string, entities: readonly Entity[]): void {
  let original: string | null = null
  for (const server of servers) {
    for (const area of sampleAreas(server)) {
      for (const { path } of area.files) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        if (area.name !== nameDatabaseArea)
          writeDatabase(path, [
            `CREATE TABLE area (name TEXT, use TEXT)`,
            `INSERT INTO area VALUES ('${area.name}', '${area.use}')`,
          ])
        else if (original !== null) copyFileSync(original, path)
        else {
          writeNameDatabase(path, timeline, entities)
          original = path
        }
      }
    }
  }
}

function writeDatabase(
  path: string,
  statements: readonly string[],
  fill?: (database: Database.Database) => void,
): void {
  const database = new Database(path)
  try {
    database.pragma('journal_mode=DELETE')
    database.exec('BEGIN')
    for (const statement of statements) database.exec(statement)
    fill?.(database)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

function writeNameDatabase(path: string, timeline: string, entities: readonly Entity[]): void {
  writeDatabase(path, nameDatabaseTables, (database) => {
    const state = database.prepare(
      'INSERT INTO state (id, version, timeline, number, epoch, token) VALUES (1, ?, ?, ?, 0, 0)',
    )
    state.run([nameDatabaseVersion, timeline, entities.length])
    const insert = database.prepare('INSERT INTO entity (kind, id, name, organization_id, host) VALUES (?, ?, ?, ?, ?)')
    for (const { kind, id, name, organizationId, host } of entities) insert.run([kind, id, name, organizationId, host])
    const sequence = database.prepare('INSERT INTO sequence (kind, last) VALUES (?, ?)')
    for (const kind of ['user', 'group', 'board'] satisfies EntityKind[]) {
      sequence.run([kind, entities.filter((entity) => entity.kind === kind).length])
    }
  })
}
