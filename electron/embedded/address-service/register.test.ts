import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { readRecords } from '../../formats/journal-record.ts'
import { makeTestDomain, problemOf, type TestDomain, until } from '../testing/sample.ts'

describe('register through real processes', () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain()
    await test.start('hq-mas')
  }, 60_000)
  afterAll(() => test?.remove())

  it('acknowledges what stands in the database and in every journal', async () => {
    const { names } = test.directory('hq-mas')
    const before = await names.status()
    const { entity, position } = await names.register({ kind: 'user', name: '山田 花子' }, 'gmadmin')
    expect(position).toEqual({ timeline: before.position.timeline, number: before.position.number + 1 })
    expect(entity).toMatchObject({ kind: 'user', id: 'u00031', organizationId: '1000', host: 'hq-mas' })
    const found = await names.search({ kind: 'user', name: '山田 花子' })
    expect(found.rows).toContainEqual(entity)
    const places = journalPlaces(test.domain)
    expect(places.map((place) => place.host)).toEqual(['hq-mas', 'tk-ml1', 'os-ml1'])
    for (const place of places) {
      const records = [...readRecords(place.file)]
      expect(records.map((record) => record.after)).toEqual([entity])
      expect(records[0]?.previous).toBeNull()
    }
    const after = await names.status()
    expect(after.replicas.map(({ host, waiting }) => [host, waiting])).toEqual([
      ['tk-ml1', 1],
      ['os-ml1', 1],
    ])
    expect(after.journals.map(({ host, records }) => [host, records])).toEqual([
      ['hq-mas', 1],
      ['tk-ml1', 1],
      ['os-ml1', 1],
    ])
  })

  it('refuses what does not fit', async () => {
    const { names } = test.directory('hq-mas')
    expect(await problemOf(names.register({ kind: 'user', name: 'x', id: 'u00001' }, 'a'))).toBe('entity-exists')
    expect(await problemOf(names.register({ kind: 'user', name: 'x', organizationId: 'none' }, 'a'))).toBe(
      'organization-unknown',
    )
    expect(await problemOf(names.register({ kind: 'user', name: 'x', host: 'none' }, 'a'))).toBe('mail-host-unknown')
    expect(await problemOf(names.register({ kind: 'user', name: '' }, 'a'))).toBe('request-invalid')
  })

  it('brings a replica that comes up later to the same position', async () => {
    await test.start('tk-ml1', 'object-server', 'address-service')
    const master = test.directory('hq-mas').names
    const replica = test.directory('tk-ml1').names
    const { position } = await master.register({ kind: 'group', name: '複製' }, 'gmadmin')
    await until(async () => (await replica.status()).position.number === position.number)
    expect((await replica.search({ kind: 'group', name: '複製' })).total).toBe(1)
    await until(async () => (await master.status()).replicas[0]?.waiting === 0)
    expect((await master.status()).replicas[0]?.applied).toEqual(position)
    expect(await problemOf(replica.register({ kind: 'user', name: 'x' }, 'a'))).toBe('not-master')
  })
})
