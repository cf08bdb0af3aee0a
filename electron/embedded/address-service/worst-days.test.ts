import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { createServiceDriver } from '../../adapters/services/driver.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { readRecords } from '../../formats/journal-record.ts'
import { publicInfoPath } from '../../formats/layout.ts'
import { repairMarkPath, writeRepairMark } from '../../formats/repair-mark.ts'
import { keepDatabase, nameDatabaseFile, replicationOf, startDirectory, stopDirectory } from '../testing/databases.ts'
import { makeTestDomain, operator, problemOf, type TestDomain } from '../testing/sample.ts'

const [master, replica, other] = ['hq-mas', 'tk-ml1', 'os-ml1']

// Defects that break it: an order taken from a clock, a repair that needs MNG_JOURNAL, records that were collected and are not read,
// a job that outlives its kill half done, a cancel that leaves registrations closed.
describe('the worst days of a domain', { timeout: 120_000 }, () => {
  let test: TestDomain
  let ports: ReturnType<typeof replicationOf>
  const hosts = [master, replica, other]
  beforeAll(async () => {
    test = await makeTestDomain({ users: 5, mails: 0 })
    ports = replicationOf(test)
    await startDirectory(test, ...hosts)
  }, 60_000)
  afterAll(async () => {
    ports?.close()
    await test?.remove()
  })

  const names = () => test.directory(master).names
  const register = async (count: number, prefix: string): Promise<void> => {
    const edits = Array.from({ length: count }, (_, index) => ({
      action: 'register' as const,
      registration: { kind: 'user' as const, name: `${prefix}${index}` },
    }))
    await names().edit(edits, 'gmadmin')
  }
  const total = async (name: string) =>
    Promise.all(hosts.map(async (host) => (await test.directory(host).names.search({ kind: 'user', name })).total))
  const complete = async (): Promise<void> => {
    const states = await ports.waitComplete(undefined, { timeoutMs: 20_000 })
    expect(states.map(({ state }) => state)).toEqual(['complete', 'complete'])
  }
  const seal = async (host: string): Promise<void> => {
    const { lock, journals } = test.directory(master)
    const { token } = await lock.acquire(operator, 10_000)
    await journals.seal(host, token, operator)
    await lock.release(token)
  }
  const mark = (...sources: string[]): void =>
    writeRepairMark(repairMarkPath(test.server(master)), {
      since: new Date().toISOString(),
      why: 'restored',
      by: operator,
      ahead: null,
      sources,
    })
  const kept = async (): Promise<() => void> => {
    await stopDirectory(test, master)
    const restore = keepDatabase(test, master)
    await startDirectory(test, master)
    return restore
  }
  const broughtBack = async (restore: () => void, ...sources: string[]): Promise<void> => {
    await stopDirectory(test, master)
    restore()
    mark(...sources)
    await startDirectory(test, master)
  }
  const repair = () => ports.repair(master, { operator: 'gmadmin' })
  const signal = (host: string, name: NodeJS.Signals) => process.kill(test.pid(host, 'address-service'), name)

  it('a clock that was set back by a year changes neither order nor what comes back', async () => {
    const restore = await kept()
    await register(2, '時計前')
    await stopDirectory(test, master)
    await test.start(master, 'object-server')
    const preload = join(test.root, 'a-year-ago.cjs')
    const late = 'class Late extends Date { constructor(...a) { a.length ? super(...a) : super(Late.now()) } }'
    writeFileSync(preload, `const now = Date.now\n${late}\nLate.now = () => now() - 31536e6\nglobalThis.Date = Late\n`)
    const launch = { ...test.launch, env: { ...test.launch.env, NODE_OPTIONS: `--require ${preload}` } }
    await createServiceDriver(test.domain, test.server(master), test.service(master, 'address-service'), launch).start()
    await register(2, '時計後')
    await seal(master)
    await register(1, '時計後の後')
    await complete()
    const [journal] = await test.directory(master).journals.list()
    const [sealed] = journal?.segments.slice(-1) ?? []
    expect(Date.parse(String(sealed?.oldest))).toBeLessThan(Date.now() - 364 * 86_400_000)
    await broughtBack(restore)
    expect(await repair()).toMatchObject({ replayed: 5, lost: [] })
    await complete()
    expect(await total('時計')).toEqual([5, 5, 5])
  })

  it('a domain without MNG_JOURNAL is repaired from the journals of its servers, and has a whole journal when it gets one', async () => {
    const file = publicInfoPath(test.server(master))
    const settings = readFileSync(file)
    await stopDirectory(test, master)
    writeFileSync(file, settings.toString('latin1').replace(/^MNG_JOURNAL=.*\n/m, ''), 'latin1')
    await startDirectory(test, master)
    const [own, ...others] = await test.directory(master).journals.list()
    expect(own).toMatchObject({ host: master, kept: false, warning: 'none' })
    expect(others.every(({ kept: has }) => has)).toBe(true)
    const restore = await kept()
    await register(3, '無')
    await seal(replica)
    await register(2, '無後')
    await stopDirectory(test, replica, other)
    await broughtBack(restore)
    expect(await repair()).toMatchObject({ replayed: 5, lost: [], unasked: [replica, other] })
    await stopDirectory(test, master)
    writeFileSync(file, settings)
    await startDirectory(test, ...hosts)
    await register(1, '有')
    await complete()
    expect(await total('無')).toEqual([5, 5, 5])
    const [place] = journalPlaces(test.domain)
    const numbers = [...readRecords(place?.file ?? '')].map(({ number }) => number)
    expect(numbers.slice(-6)).toEqual(numbers.slice(-6).map((_, index) => (numbers.at(-6) ?? 0) + index))
    expect(numbers.at(-1)).toBe((await names().status()).position.number)
  })

  it('reads what was collected before the restore, and the journal folder of before', async () => {
    await stopDirectory(test, ...hosts)
    const restores = hosts.map((host) => keepDatabase(test, host))
    await startDirectory(test, ...hosts)
    const { position, ancestry } = await names().status()
    for (const host of hosts) await seal(host)
    await register(3, '集')
    await complete()
    const into = join(test.root, 'collected.journal')
    const found = await ports.collect({ position, ancestry }, into)
    expect(found.sources.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['current', 'replica']))
    expect([...readRecords(into)].map(({ number }) => number)).toEqual([1, 2, 3].map((more) => position.number + more))
    // The first three are left in the collected file alone, the next two in the journal folder of before.
    for (const host of hosts) await seal(host)
    await stopDirectory(test, ...hosts)
    const places = journalPlaces(test.domain)
    for (const { sealedFolder } of places) rmSync(sealedFolder, { recursive: true })
    await startDirectory(test, ...hosts)
    await register(2, '旧')
    await stopDirectory(test, ...hosts)
    const former = join(test.root, 'former')
    const folder = join(places[0]?.folder ?? '', '..')
    renameSync(folder, former)
    for (const { file } of places) rmSync(file, { force: true })
    for (const restore of restores) restore()
    mark(into, former)
    await startDirectory(test, ...hosts)
    const plan = await ports.inspect(master)
    expect(plan).toMatchObject({ records: 5, gaps: [] })
    expect(plan.sources.map(({ kind }) => kind)).toContain('collected')
    expect(await repair()).toMatchObject({ replayed: 5, lost: [] })
    await complete()
    expect([await total('集'), await total('旧')]).toEqual([
      [3, 3, 3],
      [2, 2, 2],
    ])
  })

  it('a repair that is killed is asked again and leaves nothing half done', async () => {
    const restore = await kept()
    await register(1_200, '殺')
    await complete()
    await broughtBack(restore)
    // Held while it gathers: a server that does not answer keeps it there.
    signal(replica, 'SIGSTOP')
    const held = problemOf(repair())
    await expect.poll(() => problemOf(repair())).toBe('maintenance-in-progress')
    test.kill(master, 'address-service')
    signal(replica, 'SIGCONT')
    expect(await held).toMatch(/^(address-service-(down|silent)|maintenance-lost)$/)
    await test.start(master, 'address-service')
    expect((await names().status()).repairPending).not.toBeNull()
    expect(await problemOf(register(1, 'x'))).toBe('repair-pending')

    let killed = false
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'collect' || killed) return
      killed = true
      test.kill(master, 'address-service')
    }
    await ports.repair(master, { operator: 'gmadmin', onProgress }).catch(toProblem)
    if (killed) await test.start(master, 'address-service')
    if ((await names().status()).repairPending !== null) expect(await repair()).toMatchObject({ lost: [] })
    await complete()
    expect(await total('殺')).toEqual([1_200, 1_200, 1_200])
  })

  it('a reconcile that is killed or cancelled is asked again, and registrations go on', async () => {
    await stopDirectory(test, replica)
    const database = new Database(nameDatabaseFile(test, replica))
    database.exec("UPDATE entity SET name = name || '?' WHERE kind = 'user'")
    database.close()
    await startDirectory(test, replica)
    await complete()

    signal(replica, 'SIGSTOP')
    const lost = problemOf(ports.reconcile(replica))
    await expect.poll(() => problemOf(ports.reconcile(other))).toBe('maintenance-in-progress')
    test.kill(master, 'address-service')
    signal(replica, 'SIGCONT')
    expect(await lost).toMatch(/^(address-service-(down|silent)|maintenance-lost)$/)
    await test.start(master, 'address-service')

    signal(replica, 'SIGSTOP')
    const abort = new AbortController()
    const cancelled = problemOf(ports.reconcile(replica, { signal: abort.signal }))
    await expect.poll(() => problemOf(ports.reconcile(other))).toBe('maintenance-in-progress')
    abort.abort()
    // Answered after the cancel, which went the same way before.
    await ports.states([other])
    signal(replica, 'SIGCONT')
    expect(await cancelled).toBe('cancelled')
    await register(1, '続')
    const done = await ports.reconcile(replica)
    expect(done).toMatchObject({ outcome: 'done' })
    expect(done.repairedTotal).toBeGreaterThan(1_000)
    await complete()
    expect(await total('?')).toEqual([0, 0, 0])
    expect(existsSync(repairMarkPath(test.server(replica)))).toBe(false)
  })
})
