import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Registration } from '../../../shared/model/entity.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { scanJournal } from '../../formats/journal-record.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { nameDatabaseArea } from '../../wire/name-database.ts'
import { makeTestDomain, problemOf, type TestDomain, until } from '../testing/sample.ts'

const users = (count: number, prefix: string): Registration[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'user',
    name: `一括 ${prefix}${index}`,
    id: `${prefix}${index}`,
  }))

// Defects that break it: a part that is stored before the others came, a transaction that is cut where a message ends, a
// refused registration that takes good ones along with `partial`, memory of a broken connection that joins the next one.
describe('bulk registration through real processes', () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain()
    // As the version before left it: without the columns that came later.
    for (const { host } of test.domain.servers) {
      const area = readAreas(test.server(host)).find((one) => one.name === nameDatabaseArea)
      const database = new Database(area?.files[0]?.path ?? '')
      for (const column of ['parent_id', 'members']) database.exec(`ALTER TABLE entity DROP COLUMN ${column}`)
      database.exec('DROP TABLE timeline')
      database.exec('UPDATE state SET version = 1')
      database.close()
    }
    await test.start('hq-mas', 'object-server', 'address-service')
    await test.start('tk-ml1', 'object-server', 'address-service')
  }, 60_000)
  afterAll(() => test?.remove())

  const names = () => test.directory('hq-mas').names
  const bulk = { operator: 'gmadmin', partial: false, dryRun: false }
  const countOf = async (name: string) => (await names().search({ kind: 'user', name, limit: 1 })).total

  it('registers 30,000 users as one transaction, in every journal and in a replica of the version before', async () => {
    const before = (await names().status()).position.number
    const sent: number[] = []
    const done = await names().registerMany(users(30_000, 'many'), { ...bulk, onSent: (count) => sent.push(count) })
    expect(done).toMatchObject({ registered: 30_000, refusedTotal: 0, from: { number: before } })
    expect(done.position.number).toBe(before + 30_000)
    expect(sent.at(-1)).toBe(30_000)
    expect(await countOf('many')).toBe(30_000)
    for (const place of journalPlaces(test.domain)) expect(scanJournal(place.file).records).toBe(30_000)
    const replica = test.directory('tk-ml1').names
    await until(async () => (await replica.status()).position.number === done.position.number, 60_000)
    expect((await replica.search({ kind: 'user', name: 'many', limit: 1 })).total).toBe(30_000)
  }, 120_000)

  it('names every refused one, and registers nothing or the rest', async () => {
    const good = users(20, 'good')
    const wrong: Registration[] = [
      { kind: 'user', name: '重複', id: 'good3' },
      { kind: 'user', name: '組織なし', organizationId: 'none' },
    ]
    const mixed = [...good, ...wrong]
    const { position } = await names().status()
    for (const dryRun of [false, true]) {
      const done = await names().registerMany(mixed, { ...bulk, dryRun })
      expect(done.refused.map(({ index, problem }) => [index, problem.code])).toEqual([
        [20, 'entity-exists'],
        [21, 'organization-unknown'],
      ])
      expect(done).toMatchObject({ registered: 0, refusedTotal: 2, position })
    }
    expect(await names().registerMany(good, { ...bulk, dryRun: true })).toMatchObject({ registered: 20, position })
    expect(await countOf('good')).toBe(0)
    expect(await names().registerMany(mixed, { ...bulk, partial: true })).toMatchObject({
      registered: 20,
      refusedTotal: 2,
    })
    expect(await countOf('good')).toBe(20)
  })

  it('is taken back whole by a cancel while it is sent or planned, and leaves what others register meanwhile', async () => {
    const { position } = await names().status()
    for (const moment of ['sent', 'planned'] as const) {
      const abort = new AbortController()
      const work = names().registerMany(users(12_000, 'never'), {
        ...bulk,
        signal: abort.signal,
        onSent: (count) => {
          if (moment === 'sent' ? count >= 4000 : count === 12_000) setTimeout(() => abort.abort(fail('cancelled')))
        },
      })
      const other = test.directory('hq-mas').names.register({ kind: 'user', name: `横から ${moment}` }, 'a')
      expect(await problemOf(work)).toBe('cancelled')
      expect((await other).entity.name).toBe(`横から ${moment}`)
      expect(await countOf('never')).toBe(0)
    }
    expect((await names().status()).position.number).toBe(position.number + 2)
    // The next one over the same connection is another.
    expect(await names().registerMany(users(5, 'after'), bulk)).toMatchObject({ registered: 5 })
  }, 60_000)

  it('finds by what is typed ahead in the whole list, in its order and from a place on, going round', async () => {
    const rows: Registration[] = ['b', 'a', 'C'].flatMap((id, index) => [
      { kind: 'user', id: `seek-${id}`, name: `先頭${index}`, organizationId: '1110' },
      { kind: 'user', id: `x-${id}`, name: `Seek_${index}`, organizationId: '1110' },
    ])
    await names().registerMany(rows, bulk)
    const list = { kind: 'user', organizationId: '1110' } as const
    for (const sort of [undefined, { by: 'name', descending: true } as const]) {
      const whole = (await names().search({ ...list, limit: 5000, ...(sort && { sort }) })).rows
      const fits = (id: string, name: string) => [id, name].some((each) => each.toLowerCase().startsWith('seek'))
      const places = whole.flatMap(({ id, name }, place) => (fits(id, name) ? [place] : []))
      expect(places).toHaveLength(6)
      const located = (from: number) => names().locate({ ...list, prefix: 'sEEk', from, ...(sort && { sort }) })
      expect(await located(0)).toBe(places[0])
      expect(await located((places[2] ?? 0) + 1)).toBe(places[3])
      expect(await located((places[5] ?? 0) + 1)).toBe(places[0])
    }
    expect(await names().locate({ ...list, prefix: 'Seek%', from: 0 })).toBeNull()
  })

  it('is whole or not there after a kill at any moment', async () => {
    for (const [turn, victim] of ['address-service', 'object-server'].entries()) {
      const prefix = `killed${turn}x`
      const work = names()
        .registerMany(users(8_000, prefix), bulk)
        .then(
          () => 'acknowledged',
          (error: unknown) => toProblem(error).code,
        )
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 900))
      test.kill('hq-mas', victim)
      const outcome = await work
      await test.driver('hq-mas', victim).start()
      await until(async () => (await problemOf(names().register({ kind: 'user', name: '再開' }, 'a'))) === null)
      const count = await countOf(prefix)
      expect([0, 8_000]).toContain(count)
      if (outcome === 'acknowledged') expect(count).toBe(8_000)
      const { number } = (await names().status()).position
      for (const place of journalPlaces(test.domain)) expect(scanJournal(place.file).last?.number).toBe(number)
    }
  }, 120_000)
})
