import { rmSync } from 'node:fs'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOperations } from '../../wire/address-operations.ts'
import { serveSocket } from '../../wire/server.ts'
import { keepDatabase, nameDatabaseFile, replicationOf, startDirectory, stopDirectory } from '../testing/databases.ts'
import { makeTestDomain, type TestDomain, until } from '../testing/sample.ts'

// Defects that break it: an empty queue taken for complete, a queue that forgets a server that went back, digests that are
// compared with those of another range, a lie that closes the domain.
describe('replication and 整合性確保 through real processes', { timeout: 120_000 }, () => {
  let test: TestDomain
  let ports: ReturnType<typeof replicationOf>
  const master = 'hq-mas'
  const replica = 'tk-ml1'
  beforeAll(async () => {
    test = await makeTestDomain({ users: 3_000, mails: 0 })
    ports = replicationOf(test)
    await startDirectory(test, master, replica)
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
  const complete = async (): Promise<void> => {
    const [state] = await ports.waitComplete([replica], { timeoutMs: 20_000 })
    expect(state).toMatchObject({ state: 'complete', waiting: 0, oldestAt: null, problem: null })
  }
  const alter = async (host: string, ...statements: string[]): Promise<void> => {
    await stopDirectory(test, host)
    const database = new Database(nameDatabaseFile(test, host))
    for (const statement of statements) database.exec(statement)
    database.close()
    await startDirectory(test, host)
  }

  it('shows what waits for a server that cannot be asked, and feeds it when it comes back', async () => {
    await complete()
    await stopDirectory(test, replica)
    await register(3, '待ち')
    const seen: string[] = []
    const [state] = await ports.states([replica])
    expect(state).toMatchObject({ state: 'unreachable', waiting: 3, problem: { code: 'address-service-down' } })
    expect(Date.parse(state?.oldestAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
    await startDirectory(test, replica)
    const onChange = (states: readonly { readonly state: string }[]) => seen.push(...states.map((one) => one.state))
    await ports.waitComplete([replica], { timeoutMs: 20_000, onChange })
    expect(seen.at(-1)).toBe('complete')
    await complete()
  })

  it('feeds a server again that went back, from the journals where the outbox has forgotten', async () => {
    await stopDirectory(test, replica)
    const restore = keepDatabase(test, replica)
    await startDirectory(test, replica)
    await register(5, '戻り')
    await complete()
    await alter(master, 'DELETE FROM change', 'DELETE FROM queue')
    await stopDirectory(test, replica)
    restore()
    await startDirectory(test, replica)
    await complete()
    expect((await test.directory(replica).names.search({ kind: 'user', name: '戻り' })).total).toBe(5)
  })

  it('mends only what differs, a part at a time', async () => {
    await alter(
      replica,
      "UPDATE entity SET name = name || '?' WHERE kind = 'user' AND id IN (SELECT id FROM entity WHERE kind = 'user' ORDER BY id LIMIT 40)",
      "DELETE FROM entity WHERE kind = 'user' AND id IN (SELECT id FROM entity WHERE kind = 'user' ORDER BY id DESC LIMIT 7)",
      "INSERT INTO entity (kind, id, name, organization_id, host) VALUES ('group', 'zz', '余分', '1000', NULL)",
    )
    await complete()
    const phases = new Set<string>()
    const report = await ports.reconcile(replica, { onProgress: ({ phase }) => phases.add(phase) })
    expect(report).toMatchObject({ outcome: 'done', repairedTotal: 48, newerTotal: 0 })
    expect(report.compared).toBeGreaterThan(3_000)
    expect(report.repaired.filter(({ action }) => action === 'remove').map(({ entity }) => entity.id)).toEqual(['zz'])
    expect(phases).toContain('compare')
    expect(await ports.reconcile(replica)).toMatchObject({ repairedTotal: 0 })
    for (const kind of ['user', 'group'] as const) {
      const [one, other] = await Promise.all(
        [master, replica].map((host) => test.directory(host).names.search({ kind, limit: 5000 })),
      )
      expect(other).toEqual(one)
    }
  })

  it('puts a server of a foreign timeline onto its own', async () => {
    await alter(replica, "UPDATE state SET timeline = 'elsewhere', number = 7", 'DELETE FROM change')
    const [state] = await ports.waitComplete([replica], { timeoutMs: 1_500 })
    expect(state).toMatchObject({ state: 'diverged', problem: { code: 'replica-broken' } })
    expect(state?.problem?.message.ja).toBe('登録管理処理で障害が発生しました。整合性の確保を行ってください。')
    expect(await ports.reconcile(replica)).toMatchObject({ outcome: 'done', repairedTotal: 0 })
    await register(1, '戻った')
    await complete()
  })

  it('is not misled by a server that answers nonsense', async () => {
    await stopDirectory(test, replica)
    const socket = test.socket(replica, 'address-service')
    const { position } = await names().status()
    const lies = [
      { position: { ...position, number: position.number + 1_000_000 }, ancestry: [], pending: false },
      { position: { timeline: '', number: 0 }, ancestry: [], pending: false },
      { position: 'x' },
    ]
    let asked = 0
    const refuse = async (): Promise<never> => {
      throw new Error('not here')
    }
    const handlers = Object.fromEntries(Object.keys(addressOperations).map((op) => [op, refuse]))
    const liar = await serveSocket(
      socket,
      addressOperations,
      {
        ...handlers,
        replicate: async () => {
          asked += 1
          return lies[asked % lies.length]
        },
        'changes.read': async () => [],
      } as never,
      () => {},
    )
    await until(() => asked > 4)
    expect(await names().status()).toMatchObject({ repairPending: null, readOnly: false })
    await register(1, '嘘')
    expect((await ports.states([replica]))[0]?.state).not.toBe('complete')
    await liar.close()
    rmSync(socket, { force: true })
    await startDirectory(test, replica)
    await complete()
  })
})
