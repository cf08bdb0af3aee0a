import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { type Problem, ProblemError } from '../../../shared/model/problem.ts'
import type { JournalPlace } from '../journal-folder.ts'
import type { JournalRecord } from '../journal-record.ts'
import { layoutFolders, parameterFilePath, publicInfoPath, serverRoot } from '../layout.ts'
import { renderAreas } from '../parameter-file.ts'
import { renderPublicInfo } from '../public-info.ts'

/** Runs `use` with a folder of its own, gone afterwards. */
export async function withFolder<Result>(use: (folder: string) => Result | Promise<Result>): Promise<Result> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unten-')))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The problem that `action` throws; anything else it throws passes, and so does a result, as a failure. */
export function problemOf(action: () => unknown): Problem {
  let result: unknown
  try {
    result = action()
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
  throw new Error(`no problem was thrown but ${JSON.stringify(result)} returned`)
}

/** The place of the master's journal below `folder`. */
export function masterPlace(folder: string): JournalPlace {
  return {
    host: 'hq-mas',
    folder: join(folder, 'MCH_JOURNAL'),
    file: join(folder, 'MCH_JOURNAL', 'registration.journal'),
    wholeFolder: true,
    warning: null,
    sealedFolder: join(folder, 'journal-sealed', 'hq-mas'),
  }
}

export function sampleServer(prefix: string, part: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name: '本社マスタ',
    host: 'hq-mas',
    site: '本社',
    roles: ['master'],
    layout: 'hi-ux',
    prefix,
    services: [],
    extraTargets: [],
    ...part,
  }
}

/** A server's tree as its layout wants it, with one area of two database files; `mngJournal` null keeps no journal. */
export function writeServerTree(server: ServerConfig, mngJournal: string | null): readonly string[] {
  const root = serverRoot(server)
  for (const folder of layoutFolders) mkdirSync(join(root, folder), { recursive: true })
  const database = ['master01', 'data01'].map((name) => join(server.prefix, 'db', name))
  mkdirSync(join(server.prefix, 'db'))
  for (const path of database) writeFileSync(path, 'database')
  const files = database.map((path) => ({ path, initial: 1, max: null }))
  const file = parameterFilePath(server)
  writeFileSync(file, renderAreas([{ name: 'MASTER', use: 'MASTER', segment: 1, files }], file))
  writeFileSync(publicInfoPath(server), renderPublicInfo({ mngJournal }))
  return database
}

/** `count` linked records, numbers from `from`; the first one's predecessor is the number before it. */
export function sampleRecords(count: number, from = 1): readonly JournalRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    return {
      timeline: 't1',
      number,
      at: new Date(Date.UTC(2026, 10, 22, 2, 0, number)).toISOString(),
      operator: '佐藤',
      action: 'register' as const,
      before: null,
      after: { kind: 'user' as const, id: `u${number}`, name: `鈴木 ${number}`, organizationId: 'o1', host: 'hq-mas' },
      previous: number === 1 ? null : { timeline: 't1', number: number - 1 },
    }
  })
}
