import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { descentOf } from '../../../shared/model/position.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import { journalPlaces, summarize } from '../../formats/journal-folder.ts'
import { readRecords } from '../../formats/journal-record.ts'
import { repairMarkPath, writeRepairMark } from '../../formats/repair-mark.ts'
import { keepDatabase, replicationOf, startDirectory, stopDirectory } from '../testing/databases.ts'
import { makeTestDomain, operator, problemOf, type TestDomain } from '../testing/sample.ts'

const master = 'hq-mas'

// Defects that break it: a replay that stops at the end of one file, a corrupt line that is passed over, a loss that is
// accepted by default, a new timeline that replicas refuse, a journal that goes on with a gap.
describe('データ修復 through real processes', { timeout: 120_000 }, () => {
  let test: TestDomain
  let ports: ReturnType<typeof replicationOf>
  let hosts: readonly string[]
  // One domain for all: every test leaves it complete and serving.
  beforeAll(async () => {
    test = await makeTestDomain({ users: 5, mails: 0 })
    hosts = test.domain.servers.map(({ host }) => host)
    ports = replicationOf(test)
    await startDirectory(test, ...hosts)
  }, 60_000)
  afterAll(async () => {
    ports?.close()
    await test?.remove()
  })

  const names = () => test.directory(master).names
  const register = async (count: number, prefix: string): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      await names().register({ kind: 'user', name: `${prefix}${index}` }, 'gmadmin')
    }
  }
  const total = async (host: string, name: string) =>
    (await test.directory(host).names.search({ kind: 'user', name })).total
  const complete = async (...wanted: string[]): Promise<void> => {
    const states = await ports.waitComplete(wanted.length > 0 ? wanted : undefined, { timeoutMs: 20_000 })
    expect(states.map(({ host, state }) => `${host} ${state}`)).toEqual(
      (wanted.length > 0 ? wanted : hosts.filter((host) => host !== master)).map((host) => `${host} complete`),
    )
  }
  const seal = async (host: string): Promise<void> => {
    const { lock, journals } = test.directory(master)
    const { token } = await lock.acquire(operator, 10_000)
    await journals.seal(host, token, operator)
    await lock.release(token)
  }
  const mark = (host: string): void =>
    writeRepairMark(repairMarkPath(test.server(host)), {
      since: new Date().toISOString(),
      why: 'restored',
      by: operator,
      ahead: null,
      sources: [],
    })

  it('replays sealed and current segments onto restored data, and everyone follows the new timeline', async () => {
    await register(3, '前')
    await stopDirectory(test, ...hosts)
    const restore = keepDatabase(test, master)
    await startDirectory(test, ...hosts)
    await register(4, '退避前')
    await seal(master)
    await register(5, '退避後')
    await names().edit([{ action: 'delete', kind: 'user', id: 'u00006' }], 'gmadmin')
    const before = (await names().status()).position
    await stopDirectory(test, ...hosts)
    restore()
    mark(master)
    await startDirectory(test, ...hosts)

    expect(await problemOf(register(1, '修復前'))).toBe('repair-pending')
    const plan = await ports.inspect(master)
    expect(plan).toMatchObject({ records: 10, gaps: [], corrupt: [], unasked: [], reaches: before })
    expect(plan.sources.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['sealed', 'current', 'replica']))
    const phases = new Set<string>()
    const report = await ports.repair(master, { operator: 'gmadmin', onProgress: ({ phase }) => phases.add(phase) })
    expect(report).toMatchObject({
      replayed: 10,
      lost: [],
      newTimeline: { parent: before.timeline, fork: before.number },
    })
    expect(phases).toContain('replicas')
    expect(await total(master, '退避')).toBe(9)
    expect(await names().status()).toMatchObject({ repairPending: null, position: { number: before.number } })
    await complete()
    await register(2, '修復後')
    await complete()
    for (const host of hosts) expect(await total(host, '修復後')).toBe(2)
    for (const host of hosts)
      expect((await test.directory(host).names.search({ kind: 'user', name: 'u00006' })).total).toBe(0)
    for (const place of journalPlaces(test.domain)) {
      expect(summarize(place).last).toMatchObject({ number: before.number + 2 })
      const [last] = [...readRecords(place.file)].slice(-1)
      expect(last?.descent?.[0]).toMatchObject({ parent: before.timeline, fork: before.number })
    }
    expect(await problemOf(ports.repair(master, { operator: 'gmadmin' }))).toBe('repair-not-pending')
  })

  it('repairs another server from the outbox and the journals, and only one repair at a time', async () => {
    const [, first = ''] = hosts
    await stopDirectory(test, first)
    const restore = keepDatabase(test, first)
    await startDirectory(test, first)
    await register(5, '遅れ')
    await complete()
    await stopDirectory(test, first)
    restore()
    mark(first)
    await startDirectory(test, first)
    expect((await ports.waitComplete([first], { timeoutMs: 500 }))[0]).toMatchObject({ state: 'repair-pending' })
    const both = await Promise.allSettled([1, 2].map(() => ports.repair(first, { operator: 'gmadmin' })))
    const codes = both.map((one) => (one.status === 'fulfilled' ? null : toProblem(one.reason).code))
    expect(codes.sort()).toEqual(['maintenance-in-progress', null])
    const done = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(done[0]).toMatchObject({ replayed: 5, mended: 0 })
    await complete()
    expect(await total(first, '遅れ')).toBe(5)
  })

  it('takes from replicas what no journal holds, and overwrites or brings back later what only one of them held', async () => {
    await stopDirectory(test, ...hosts)
    const restore = keepDatabase(test, master)
    await startDirectory(test, ...hosts)
    const [, first = '', second = ''] = hosts
    await register(2, '両方')
    await complete()
    await stopDirectory(test, second)
    await register(2, '片方')
    await complete(first)
    await stopDirectory(test, first, master)
    const loseJournals = (): void => {
      for (const { file } of journalPlaces(test.domain)) rmSync(file)
    }
    loseJournals()
    restore()
    await startDirectory(test, master, second)
    // Brought back by hand, without a mark: the replica shows that the master is behind.
    expect((await ports.waitComplete([second], { timeoutMs: 3_000 }))[0]).toMatchObject({ state: 'repair-pending' })
    expect(await problemOf(register(1, 'x'))).toBe('repair-pending')
    const report = await ports.repair(master, { operator: 'gmadmin' })
    expect(report).toMatchObject({ replayed: 2, unasked: [first] })
    await complete(second)
    await register(1, '新しい系列')
    await startDirectory(test, first)
    const asked = Date.now()
    const [state] = await ports.waitComplete([first], { timeoutMs: 2_000 })
    expect(Date.parse(state?.lastHeard ?? '')).toBeGreaterThanOrEqual(asked)
    expect(state).toMatchObject({ state: 'newer', problem: { params: { records: 2 } } })
    const refused = await ports.reconcile(first)
    expect(refused).toMatchObject({ outcome: 'newer', newerTotal: 2, repairedTotal: 0 })

    await stopDirectory(test, first)
    const newerAgain = keepDatabase(test, first)
    await startDirectory(test, first)
    expect(await ports.reconcile(first, { newer: 'overwrite' })).toMatchObject({ outcome: 'done', newerTotal: 2 })
    await complete()
    for (const host of hosts) expect(await total(host, '片方')).toBe(0)

    await stopDirectory(test, first)
    newerAgain()
    await startDirectory(test, first)
    const done = await ports.reconcile(first, { newer: 'bring-back' })
    expect(done.outcome).toBe('done')
    expect(done.broughtBack.map(({ code }) => code)).toEqual([null, null])
    await complete()
    for (const host of hosts) {
      expect(await total(host, '片方')).toBe(2)
      expect(await total(host, '新しい系列')).toBe(1)
    }
  })

  it('heals a journal that is damaged from those that are not, names what nobody holds, and remembers it when a repair breaks off', async () => {
    for (const host of hosts) await seal(host)
    await stopDirectory(test, ...hosts)
    const restores = hosts.map((host) => keepDatabase(test, host))
    await startDirectory(test, ...hosts)
    await register(6, '傷')
    await complete()
    const { number } = (await names().status()).position
    await stopDirectory(test, ...hosts)
    const spoil = (file: string, line: number): void => {
      const lines = readFileSync(file, 'utf8').split('\n')
      lines[line] = (lines[line] ?? '').replace('"operator"', '"operatoR"')
      writeFileSync(file, lines.join('\n'))
    }
    const places = journalPlaces(test.domain)
    for (const [index, place] of places.entries()) spoil(place.file, index === 0 ? 1 : 2)
    for (const restore of restores) restore()
    mark(master)
    await startDirectory(test, ...hosts)
    const healed = await ports.inspect(master)
    expect(healed.gaps).toEqual([])
    expect(healed.corrupt.map(({ file, line }) => `${file}:${line}`)).toEqual(
      expect.arrayContaining(places.map(({ file }, index) => `${file}:${index === 0 ? 2 : 3}`)),
    )

    await stopDirectory(test, master)
    for (const place of places.slice(1)) spoil(place.file, 1)
    await startDirectory(test, master)
    const missing = number - 4
    const refused = await ports.repair(master, { operator: 'gmadmin' }).catch(toProblem)
    expect(refused).toMatchObject({ code: 'repair-gap', params: { missing: String(missing) } })
    const wrong = [{ first: missing, last: missing + 1 }]
    expect(await problemOf(ports.repair(master, { operator: 'gmadmin', acceptLoss: wrong }))).toBe('repair-gap')
    const exact = [{ first: missing, last: missing }]
    const inTheWay = join(places[1]?.sealedFolder ?? '', '999.sealing')
    mkdirSync(dirname(inTheWay), { recursive: true })
    writeFileSync(inTheWay, '')
    expect(await problemOf(ports.repair(master, { operator: 'gmadmin', acceptLoss: exact }))).toBe('journal-failed')
    rmSync(inTheWay)
    const { newTimeline } = await ports.repair(master, { operator: 'gmadmin' })
    const { ancestry } = await names().status()
    const line = descentOf(newTimeline?.id ?? '', ancestry)
    expect(line.flatMap(({ lost }) => lost)).toEqual(exact)
    expect(await total(master, '傷')).toBe(5)
    await complete()
    await register(1, '続き')
    await complete()
    for (const host of hosts) expect(await total(host, '傷')).toBe(5)
  })

  it('a loss that leaves nothing to replay is not forgotten: registrations go on', async () => {
    await register(1, '退避する')
    for (const host of hosts) await seal(host)
    await stopDirectory(test, ...hosts)
    const restores = hosts.map((host) => keepDatabase(test, host))
    await startDirectory(test, ...hosts)
    const { number } = (await names().status()).position
    await register(3, '失う')
    await complete()
    await stopDirectory(test, ...hosts)
    for (const { file } of journalPlaces(test.domain))
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"operator"', '"operatoR"'))
    for (const restore of restores) restore()
    mark(master)
    await startDirectory(test, ...hosts)
    const exact = [{ first: number + 1, last: number + 3 }]
    expect(await ports.inspect(master)).toMatchObject({ records: 0, gaps: exact })
    expect(await ports.repair(master, { operator: 'gmadmin', acceptLoss: exact })).toMatchObject({
      replayed: 0,
      lost: exact,
    })
    await register(1, '失った後')
    await complete()
    for (const host of hosts) expect(await total(host, '失った後')).toBe(1)
  })
})
