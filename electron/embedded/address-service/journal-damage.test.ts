import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wantsRepair } from '../../../shared/model/directory.ts'
import { type JournalPlace, journalPlaces } from '../../formats/journal-folder.ts'
import { repairMarkPath, writeRepairMark } from '../../formats/repair-mark.ts'
import { keepDatabase, nameDatabaseFile, replicationOf, startDirectory, stopDirectory } from '../testing/databases.ts'
import { makeTestDomain, operator, problemOf, type TestDomain } from '../testing/sample.ts'

const master = 'hq-mas'

// Defects that break it: a service that closes on what its records can prove, a repair that begins a timeline for a file
// beside them, a replay that believes metadata, a master that stays closed whatever is asked of it.
describe('damage beside the records of a journal, with real services', { timeout: 120_000 }, () => {
  let test: TestDomain
  let ports: ReturnType<typeof replicationOf>
  let hosts: readonly string[]
  let own: JournalPlace
  beforeAll(async () => {
    test = await makeTestDomain({ users: 5, mails: 0 })
    hosts = test.domain.servers.map(({ host }) => host)
    ports = replicationOf(test)
    const [first] = journalPlaces(test.domain)
    if (first === undefined) throw new Error('no journal')
    own = first
    await startDirectory(test, ...hosts)
  }, 60_000)
  afterAll(async () => {
    ports?.close()
    await test?.remove()
  })

  const names = () => test.directory(master).names
  const register = (name: string) => names().register({ kind: 'user', name }, 'gmadmin')
  const total = async (name: string) =>
    Promise.all(hosts.map(async (host) => (await test.directory(host).names.search({ kind: 'user', name })).total))
  const complete = async (): Promise<void> => {
    const states = await ports.waitComplete(undefined, { timeoutMs: 20_000 })
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['complete']))
  }
  const seal = async (): Promise<number> => {
    const { lock, journals } = test.directory(master)
    const { token } = await lock.acquire(operator, 10_000)
    const segment = await journals.seal(master, token, operator)
    await lock.release(token)
    return segment?.id ?? 0
  }
  const inSegment = (id: number, ...rest: string[]) => join(own.sealedFolder, String(id), ...rest)
  const damageOf = async () =>
    (await names().status()).journals
      .find(({ host }) => host === master)
      ?.damage.filter(({ keptAs }) => keptAs === null)
  const repair = () => ports.repair(master, { operator: 'gmadmin' })
  const discarded = () => join(own.sealedFolder, 'discarded.jsonl')

  it('is told by a service that runs, keeps nobody from registering, and is mended by data repair on the same timeline', async () => {
    await register('動作中1')
    const id = await seal()
    writeFileSync(inSegment(id, 'segment.json'), '{"id":')
    writeFileSync(discarded(), 'nothing that was discarded\n')
    expect((await damageOf())?.map(({ file }) => file)).toEqual([discarded(), inSegment(id, 'segment.json')])
    await register('動作中2')
    const before = await names().status()
    expect(wantsRepair(before)).toBe(true)
    expect(before.journals[0]?.segments.at(-1)).toMatchObject({ id, clearedBy: operator })
    expect(await repair()).toMatchObject({ replayed: 0, newTimeline: null, lost: [] })
    const after = await names().status()
    expect([after.position, wantsRepair(after)]).toEqual([before.position, false])
    expect(after.journals[0]?.segments).toEqual(before.journals[0]?.segments)
    expect(readFileSync(inSegment(id, 'segment.json.damaged'), 'utf8')).toBe('{"id":')
    expect(readFileSync(`${discarded()}.damaged`, 'utf8')).toContain('nothing')
    expect(await problemOf(repair())).toBe('repair-not-pending')
    await register('動作中3')
    await complete()
    expect(await total('動作中')).toEqual([3, 3, 3])
  })

  it('found at the start, it is mended where the records check out, and nobody has to ask', async () => {
    const id = await seal()
    await stopDirectory(test, master)
    rmSync(inSegment(id, 'segment.json'))
    rmSync(inSegment(id, 'sealing.json'))
    writeFileSync(discarded(), '{"id":1,')
    await startDirectory(test, master)
    await register('起動後')
    const { journals, closed } = await names().status()
    expect(closed).toBeNull()
    expect(journals[0]?.segments.at(-1)).toMatchObject({ id, clearedAt: null, clearedBy: null })
    expect(journals[0]?.damage.map(({ keptAs }) => keptAs)).toContain(inSegment(id, 'segment.json.damaged'))
    expect(readFileSync(discarded(), 'utf8')).toBe('')
  })

  it('over damaged records, data repair opens the master, and every record that stands there is replayed', async () => {
    await complete()
    await stopDirectory(test, ...hosts)
    const restore = keepDatabase(test, master)
    await startDirectory(test, ...hosts)
    for (const name of ['再生1', '再生2', '再生3']) await register(name)
    const id = await seal()
    await complete()
    await stopDirectory(test, ...hosts)
    const file = inSegment(id, 'journal', 'registration.journal')
    writeFileSync(file, readFileSync(file, 'utf8').replace('再生1', '再世1'))
    rmSync(inSegment(id, 'segment.json'))
    await startDirectory(test, master)
    const { closed } = await names().status()
    expect(closed).toMatchObject({ code: 'journal-corrupt' })
    expect(await problemOf(register('閉'))).toBe('journal-corrupt')
    expect(await repair()).toMatchObject({ replayed: 0, lost: [] })
    await register('修復後1')

    // The same damage under data that was brought back: what the segment still holds, and the rest from the other journals.
    await stopDirectory(test, ...hosts)
    rmSync(inSegment(id, 'segment.json'))
    restore()
    writeRepairMark(repairMarkPath(test.server(master)), {
      ...{ since: new Date().toISOString(), why: 'restored', by: operator, ahead: null, sources: [] },
    })
    await startDirectory(test, master)
    const plan = await ports.inspect(master)
    expect(plan).toMatchObject({ records: 4, gaps: [] })
    expect(plan.sources.find((source) => source.file === file)).toMatchObject({ records: 3 })
    expect(await repair()).toMatchObject({ replayed: 4, lost: [] })
    await register('修復後2')
    await startDirectory(test, ...hosts.filter((host) => host !== master))
    await complete()
    expect(await total('再生')).toEqual([3, 3, 3])
    expect(await total('修復後')).toEqual([2, 2, 2])
  })

  it('a newest segment that is gone, and a journal that lacks what no queue holds, are no dead end either', async () => {
    const id = await seal()
    await register('消失1')
    await register('消失2')
    await complete()
    await stopDirectory(test, ...hosts)
    rmSync(inSegment(id), { recursive: true })
    const other = journalPlaces(test.domain).find(({ host }) => host !== master)
    if (other === undefined) throw new Error('no other journal')
    const lines = readFileSync(other.file, 'utf8').split('\n')
    writeFileSync(other.file, `${lines.slice(0, -2).join('\n')}\n`)
    await startDirectory(test, master)
    expect((await names().status()).closed).toMatchObject({ code: 'journal-corrupt' })
    await repair()
    expect((await names().status()).closed).toBeNull()
    await register('消失3')
    await startDirectory(test, ...hosts.filter((host) => host !== master))
    await complete()
    expect(await total('消失')).toEqual([3, 3, 3])
    expect(existsSync(inSegment(id, 'journal', 'registration.journal'))).toBe(true)

    await stopDirectory(test, ...hosts)
    const longer = readFileSync(other.file, 'utf8').split('\n')
    writeFileSync(other.file, `${longer.slice(0, -3).join('\n')}\n`)
    const database = new Database(nameDatabaseFile(test, master))
    database.exec('DELETE FROM change WHERE number < (SELECT max(number) FROM change)')
    database.close()
    await startDirectory(test, ...hosts)
    expect(await problemOf(register('欠落'))).toBe('journal-failed')
    await repair()
    await register('欠落')
    await complete()
    expect(await total('欠落')).toEqual([1, 1, 1])
  })
})
