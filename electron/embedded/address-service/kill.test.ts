import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { readRecords } from '../../formats/journal-record.ts'
import { makeTestDomain, type TestDomain, until } from '../testing/sample.ts'

/** Processes that are killed, in turn, at moments that differ each time. */
const victims = [
  ['hq-mas', 'address-service'],
  ['hq-mas', 'object-server'],
  ['tk-ml1', 'address-service'],
  ['hq-mas', 'object-server'],
  ['tk-ml1', 'object-server'],
  ['hq-mas', 'address-service'],
] as const
const kills = 18
const clients = 3

describe('kill -9 at any moment', () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain()
    for (const host of ['hq-mas', 'tk-ml1']) await test.start(host, 'object-server', 'address-service')
  }, 60_000)
  afterAll(() => test?.remove())

  it('loses no acknowledged registration and keeps every journal whole', async () => {
    const { names } = test.directory('hq-mas')
    const first = (await names.status()).position
    /** By name: the number it was acknowledged with; null when refused for certain. Unknown outcomes stand in neither. */
    const acknowledged = new Map<string, number>()
    const refused = new Set<string>()
    let unknown = 0
    let killing = true

    const registerOn = async (client: number): Promise<void> => {
      for (let index = 0; killing; index += 1) {
        const name = `登録 ${client}-${index}`
        try {
          const { position } = await names.register({ kind: 'user', name }, 'gmadmin')
          acknowledged.set(name, position.number)
        } catch (error) {
          const { code } = toProblem(error)
          if (code === 'outcome-unknown') unknown += 1
          else refused.add(name)
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
    }
    const working = Promise.all(Array.from({ length: clients }, (_, client) => registerOn(client)))
    for (let turn = 0; turn < kills; turn += 1) {
      const [host, id] = victims[turn % victims.length] ?? victims[0]
      const goal = acknowledged.size + 12
      await until(() => acknowledged.size >= goal)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
      test.kill(host, id)
      await test.driver(host, id).start()
    }
    killing = false
    await working

    expect(acknowledged.size).toBeGreaterThan(200)
    expect(new Set(acknowledged.values()).size).toBe(acknowledged.size)
    const { rows } = await names.search({ kind: 'user', name: '登録 ', limit: 5000 })
    const stored = new Set(rows.map((row) => row.name))
    for (const name of acknowledged.keys()) expect(stored).toContain(name)
    for (const name of refused) expect(stored).not.toContain(name)
    expect(stored.size).toBeLessThanOrEqual(acknowledged.size + unknown)

    const { position } = await names.status()
    expect(position.number - first.number).toBe(stored.size)
    for (const place of journalPlaces(test.domain)) {
      const records = [...readRecords(place.file)]
      expect(records.map((record) => record.number)).toEqual(records.map((_, index) => first.number + index + 1))
      expect(records.length).toBe(stored.size)
      const numbers = new Map(records.map((record) => [record.after?.name, record.number]))
      for (const [name, number] of acknowledged) expect(numbers.get(name)).toBe(number)
    }

    const replica = test.directory('tk-ml1').names
    await until(async () => (await replica.status()).position.number === position.number, 60_000)
    const copied = await replica.search({ kind: 'user', name: '登録 ', limit: 5000 })
    expect(copied.rows).toEqual(rows)
  }, 240_000)
})
