import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { problemOf, withFolder } from '../../formats/testing/sample.ts'
import { createArchiveCatalog } from './archive-catalog.ts'

const at = '2026-11-22T02:00:14.000Z'
const facts = {
  at,
  path: '/b/a.tar.zst',
  host: 'hq-mas',
  runId: 'r',
  setId: 's',
  bytes: 7,
  sha256: 'ab',
  position: null,
}
const fileIn = (folder: string) => join(folder, 'catalog', 'archives.jsonl')

test('what was recorded of an archive is read back, for its owner alone', () =>
  withFolder((folder) => {
    const catalog = createArchiveCatalog({ stateFolder: folder })
    expect(catalog.entries()).toEqual([])
    const first = catalog.archived(facts)
    const second = createArchiveCatalog({ stateFolder: folder }).archived({ ...facts, path: '/b/b.tar.zst' })
    expect([first, second]).toEqual([1, 2])
    catalog.append({ kind: 'verified', sequence: first, at })
    catalog.append({ kind: 'copied', sequence: second, at, path: '/c/b.tar.zst', sameFilesystem: false })
    catalog.append({ kind: 'set-closed', setId: 's', at, complete: true, hosts: ['hq-mas'], ancestry: [] })
    expect(catalog.entries()).toMatchObject([
      { sequence: 1, verifiedAt: at, databaseCheckedAt: null, setComplete: true },
      { sequence: 2, verifiedAt: null, copies: [{ path: '/c/b.tar.zst' }] },
    ])
    expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600)
  }))

test('an archive that takes the name of an earlier one stands for itself alone', () =>
  withFolder((folder) => {
    const catalog = createArchiveCatalog({ stateFolder: folder })
    catalog.append({ kind: 'verified', sequence: catalog.archived(facts), at })
    catalog.archived(facts)
    expect(catalog.entries()).toMatchObject([{ sequence: 2, verifiedAt: null }])
  }))

test('an interrupted write is passed over and cut by the next one; a damaged line is named', () =>
  withFolder((folder) => {
    const catalog = createArchiveCatalog({ stateFolder: folder })
    catalog.archived(facts)
    appendFileSync(fileIn(folder), '{"kind":"veri')
    expect(catalog.entries()).toHaveLength(1)
    catalog.append({ kind: 'verified', sequence: 1, at })
    expect(catalog.entries()).toMatchObject([{ verifiedAt: at }])
    expect(readFileSync(fileIn(folder), 'utf8').split('\n')).toHaveLength(3)
    appendFileSync(fileIn(folder), 'nonsense\n')
    expect(problemOf(() => catalog.entries())).toMatchObject({ code: 'catalog-corrupt', params: { line: 3 } })
  }))

test('what archives attest outlives their files, their names and damaged lines', () =>
  withFolder((folder) => {
    const catalog = createArchiveCatalog({ stateFolder: folder })
    expect(catalog.attested()).toEqual({ positions: [], ancestry: [] })
    const second = { id: 'B', parent: 'A', fork: 9, generation: 1, lost: [] }
    catalog.archived({ ...facts, position: { timeline: 'A', number: 12 }, ancestry: [] })
    catalog.archived({ ...facts, position: { timeline: 'A', number: 7 } })
    appendFileSync(fileIn(folder), 'nonsense\n')
    appendFileSync(
      fileIn(folder),
      `${JSON.stringify({ kind: 'archived', sequence: 3, ...facts, position: { timeline: 'B', number: 10 }, ancestry: [second] })}\n`,
    )
    expect(catalog.attested()).toEqual({
      positions: [
        { timeline: 'A', number: 12 },
        { timeline: 'B', number: 10 },
      ],
      ancestry: [second],
    })
  }))

test('is read anew when it is another, whoever wrote it, and not before', () =>
  withFolder((folder) => {
    const catalog = createArchiveCatalog({ stateFolder: folder })
    expect(catalog.entries()).toEqual([])
    catalog.archived(facts)
    const first = catalog.entries()
    expect(first).toHaveLength(1)
    expect(catalog.entries()).toBe(first)
    createArchiveCatalog({ stateFolder: folder }).append({ kind: 'verified', sequence: 1, at })
    expect(catalog.entries()).toMatchObject([{ verifiedAt: at }])
    rmSync(fileIn(folder))
    expect(catalog.entries()).toEqual([])
  }))
