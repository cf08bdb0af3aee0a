import { expect, it } from 'vitest'
import { type CatalogEvent, foldCatalog } from '../../../shared/model/catalog.ts'
import type { Place, Position, Timeline } from '../../../shared/model/position.ts'
import { behindArchives } from './behind-archives.ts'

const at = '2026-11-22T02:00:14.000Z'
const b: Timeline = { id: 'B', parent: 'A', fork: 5, generation: 1, lost: [] }
const on = (timeline: string, number: number): Position => ({ timeline, number })

type Made = {
  readonly host?: string
  readonly position: Position | null
  readonly verified?: boolean
  readonly ancestry?: readonly Timeline[]
}

/** As the catalog on disk says it, one set an archive. */
function catalog(...made: readonly Made[]) {
  const events = made.flatMap(({ host = 'm', position, verified = true, ancestry = [] }, index): CatalogEvent[] => {
    const sequence = index + 1
    const setId = `set ${sequence}`
    const facts = { at, path: `/b/${sequence}`, host, runId: setId, setId, bytes: 1, sha256: '', position }
    return [
      { kind: 'archived', sequence, ...facts },
      ...(verified ? [{ kind: 'verified', sequence, at } as const] : []),
      { kind: 'set-closed', setId, at, complete: true, hosts: [host], ancestry: [...ancestry] },
    ]
  })
  return foldCatalog(events)
}
const told = (where: Place, ...made: readonly Made[]) => behindArchives('m', where, catalog(...made))?.params
const place = (timeline: string, number: number, ...ancestry: Timeline[]): Place => ({
  position: on(timeline, number),
  ancestry,
})

it('names the newest archive that is ahead, both numbers and the command', () => {
  const three = [{ position: on('A', 4) }, { position: on('A', 9) }, { position: on('A', 7) }] as const
  expect(told(place('A', 5), ...three)).toEqual({
    ...{ master: 'm', change: 5, host: 'm', path: '/b/3', archived: 7 },
    command: 'untenseki restore --server MASTER --from /b/3 --yes',
  })
  expect(told(place('A', 8), ...three)).toMatchObject({ path: '/b/2', archived: 9 })
  expect(told(place('A', 9), ...three)).toBeUndefined()
  expect(told(place('A', 10), ...three)).toBeUndefined()
  expect(told(place('A', 0))).toBeUndefined()
})

it('counts the archives of other servers, and none that is unverified or of no position', () => {
  expect(behindArchives('m', place('A', 5), catalog({ host: 's', position: on('A', 7) }))).toMatchObject({
    code: 'master-behind-server-archives',
    params: { host: 's', path: '/b/1', archived: 7 },
  })
  const both = [{ position: on('A', 6) }, { host: 's', position: on('A', 7) }] as const
  expect(told(place('A', 5), ...both)).toMatchObject({
    ...{ host: 's', path: '/b/2', archived: 7 },
    command: 'untenseki restore --server MASTER --from /b/1 --yes',
  })
  expect(told(place('A', 5), { position: on('A', 7), verified: false }, { position: null })).toBeUndefined()
})

it('follows timelines that only the catalog knows', () => {
  expect(told(place('A', 5), { position: on('B', 8), ancestry: [b] })).toMatchObject({ change: 5, archived: 8 })
  expect(told(place('A', 3), { position: on('B', 8) }, { position: null, ancestry: [b] })).toMatchObject({
    archived: 8,
  })
  expect(told(place('A', 6), { position: on('B', 8), ancestry: [b] })).toBeUndefined()
})

it('says nothing of what the master left at a lower fork, with changes of its own or none', () => {
  for (const number of [5, 6, 7, 12]) {
    expect([number, told(place('B', number, b), { position: on('A', 9), ancestry: [] })]).toEqual([number, undefined])
  }
  const lossy = { ...b, lost: [{ first: 3, last: 4 }] }
  expect(told(place('B', 5, lossy), { position: on('A', 9) })).toBeUndefined()
  expect(told(place('B', 5, b), { position: on('C', 9), ancestry: [b, { ...b, id: 'C' }] })).toBeUndefined()
})
