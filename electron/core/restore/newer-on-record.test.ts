import { expect, test } from 'vitest'
import { attestedBy, type CatalogEvent, foldCatalog } from '../../../shared/model/catalog.ts'
import type { ChangeRange, Position, Timeline } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import { newerOnRecord } from './newer-on-record.ts'

// Defects that break it: an archive named that would be refused, or that holds nothing of what is lost; one that holds it passed over.
const at = '2026-11-22T02:00:14.000Z'
const b: Timeline = { id: 'B', parent: 'A', fork: 71, generation: 1, lost: [] }
const on = (timeline: string, number: number): Position => ({ timeline, number })

type Made = { readonly path: string; readonly position: Position; readonly verified?: boolean; readonly host?: string }

function told(archives: readonly Made[], lost: ChangeRange, reaches: Position, present: readonly string[] = []) {
  const events = archives.flatMap(({ path, position, verified = true, host = 'm' }, index): CatalogEvent[] => {
    const sequence = index + 1
    const fact = { at, path, host, runId: 'r', setId: path, bytes: 1, sha256: 'ab', position, ancestry: [b] }
    return [{ kind: 'archived', sequence, ...fact }, ...(verified ? [{ kind: 'verified', sequence, at } as const] : [])]
  })
  const catalog = { entries: () => foldCatalog(events), attested: () => attestedBy(events) }
  const repair = {
    ...{ host: 'm', position: on('A', 60), pending: null, reaches, replay: [], records: 0 },
    ...{ gaps: [lost], corrupt: [], sources: [], unasked: [] },
  }
  return newerOnRecord(catalog, mediumWith(present), new Map([['m', { position: on('A', 60), ancestry: [] }]]), [
    repair,
  ]).then((found) => found.map(({ code, params }) => params.path ?? code))
}

const mediumWith = (present: readonly string[]) => ({
  isPresent: async ({ path }: { readonly path: string }) => present.includes(path),
})

const lost = { first: 72, last: 80 }

test('names the newest archive that holds some of it, before that one that is there', async () => {
  const archives = [
    { path: '/b/70', position: on('A', 70) },
    { path: '/b/75', position: on('A', 75) },
    { path: '/b/80', position: on('A', 80) },
    { path: '/b/unread', position: on('A', 81), verified: false },
    { path: '/b/other', position: on('A', 81), host: 's' },
  ]
  expect(await told(archives, lost, on('A', 80))).toEqual(['/b/80'])
  expect(await told(archives, lost, on('A', 80), ['/b/75', '/b/70'])).toEqual(['/b/75'])
  expect(await told(archives.slice(0, 1), lost, on('A', 80))).toEqual([])
})

test('never names an archive of a line that was left: a restore from it is refused', async () => {
  const archives = [
    { path: '/b/left', position: on('A', 89) },
    { path: '/b/line', position: on('B', 78) },
  ]
  expect(await told(archives, lost, on('B', 80), ['/b/left'])).toEqual(['/b/line'])
  expect(await told(archives.slice(0, 1), lost, on('B', 80), ['/b/left'])).toEqual([])
})

test('says that the catalog cannot be read, and goes on', async () => {
  const entries = () => {
    throw fail('catalog-corrupt', { file: '/c', line: 3 })
  }
  const found = await newerOnRecord({ entries, attested: entries }, mediumWith([]), new Map(), [])
  expect(found.map(({ code }) => code)).toEqual(['catalog-corrupt'])
})
