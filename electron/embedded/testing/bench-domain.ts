import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'libsql'
import { addressOperations } from '../../wire/address-operations.ts'
import { createWireClient } from '../../wire/client.ts'
import { keepDatabase, nameDatabaseFile, replicationOf, startDirectory, stopDirectory } from './databases.ts'
import { makeTestDomain, type TestDomain } from './sample.ts'

const master = 'hq-mas'
const replica = 'tk-ml1'
const differences = 100
const repaired = 5_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    users: { type: 'string', default: '30000' },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const users = Number(values.users)

const clientOf = (test: TestDomain, host: string) =>
  createWireClient(test.socket(host, 'address-service'), addressOperations, { timeoutMs: 30_000 })
const round = (value: number) => Math.round(value * 10) / 10
const timed = async <Result>(work: () => Promise<Result>): Promise<[number, Result]> => {
  const from = performance.now()
  const result = await work()
  return [performance.now() - from, result]
}
const percentile = (sorted: readonly number[], share: number) =>
  round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)

/** Appends of a record's size, each synced, one after the other: no durable acknowledgement can be faster. */
function syncRate(folder: string): number {
  const file = join(folder, 'sync-rate')
  const fd = openSync(file, 'w')
  const record = Buffer.alloc(400, 'x')
  const end = performance.now() + seconds * 200
  let count = 0
  for (; performance.now() < end; count += 1) {
    writeSync(fd, record)
    fdatasyncSync(fd)
  }
  closeSync(fd)
  rmSync(file)
  return count / (seconds * 0.2)
}

async function registrations(test: TestDomain, clients: number): Promise<number> {
  let count = 0
  const end = performance.now() + seconds * 1000
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const { names } = test.directory(master)
      for (let index = 0; performance.now() < end; index += 1) {
        await names.register({ kind: 'user', name: `計測 ${clients}-${client}-${index}` }, 'gmadmin')
        count += 1
      }
    }),
  )
  return count / seconds
}

async function delays(test: TestDomain): Promise<readonly number[]> {
  const { names } = test.directory(master)
  const client = clientOf(test, replica)
  const found: number[] = []
  for (let index = 0; index < 100; index += 1) {
    const { position } = await names.register({ kind: 'user', name: `遅延 ${index}` }, 'gmadmin')
    const from = performance.now()
    while ((await client.call('replicate', { changes: [] })).position.number < position.number) {
      // Asked again at once: the question itself is the clock's resolution.
    }
    found.push(performance.now() - from)
  }
  client.close()
  return found.sort((one, other) => one - other)
}

async function roundTrip(test: TestDomain): Promise<number> {
  const client = clientOf(test, replica)
  const found: number[] = []
  for (let index = 0; index < 300; index += 1) found.push((await timed(() => client.call('ping', {})))[0])
  client.close()
  return percentile(
    found.sort((one, other) => one - other),
    0.5,
  )
}

/** What reconciling would take without digests: every entity read at the master and stored at the replica. */
async function fullCopy(test: TestDomain): Promise<number> {
  const [from, to] = [clientOf(test, master), clientOf(test, replica)]
  const { position } = await to.call('replicate', { changes: [] })
  const [ms] = await timed(async () => {
    for (const kind of ['user', 'organization', 'group', 'board'] as const) {
      for (let offset = 0; ; offset += 4_000) {
        const { rows } = await from.call('search', { kind, offset, limit: 4_000 })
        if (rows.length === 0) break
        await to.call('contents.mend', { at: position, put: rows, remove: [] })
      }
    }
  })
  from.close()
  to.close()
  return ms
}

async function main(): Promise<void> {
  const test = await makeTestDomain({ users, mails: 0 })
  const ports = replicationOf(test)
  try {
    await startDirectory(test, master, replica)
    const syncs = syncRate(test.root)
    const one = await registrations(test, 1)
    const eight = await registrations(test, 8)
    await ports.waitComplete([replica], { timeoutMs: 60_000 })
    const lag = await delays(test)
    const trip = await roundTrip(test)

    await stopDirectory(test, replica)
    const database = new Database(nameDatabaseFile(test, replica))
    database.exec(`UPDATE entity SET name = name || '?' WHERE id IN
      (SELECT id FROM entity WHERE kind = 'user' ORDER BY substr(id, -2), id LIMIT ${differences})`)
    database.close()
    await startDirectory(test, replica)
    await ports.waitComplete([replica], { timeoutMs: 60_000 })
    const [reconcileMs, report] = await timed(() => ports.reconcile(replica))
    const copyMs = await fullCopy(test)

    await stopDirectory(test, master)
    const restore = keepDatabase(test, master)
    await startDirectory(test, master)
    const many = Array.from({ length: repaired }, (_, index) => ({ kind: 'user' as const, name: `修復 ${index}` }))
    const { names } = test.directory(master)
    const [bulkMs] = await timed(() => names.registerMany(many, { operator: 'gmadmin', partial: false, dryRun: false }))
    await stopDirectory(test, replica, master)
    restore()
    await startDirectory(test, master)
    const [repairMs, done] = await timed(() => ports.repair(master, { operator: 'gmadmin' }))

    const figures = {
      syncsPerSecond: round(syncs),
      registrationsPerSecond: { clients1: round(one), clients8: round(eight) },
      replicationDelayMs: { p50: percentile(lag, 0.5), p99: percentile(lag, 0.99), roundTripMs: trip },
      reconcile: {
        entities: report.compared,
        differences: report.repairedTotal,
        ms: round(reconcileMs),
        fullCopyMs: round(copyMs),
      },
      repair: {
        records: done.replayed,
        perSecond: round(done.replayed / (repairMs / 1000)),
        bulkRegistrationPerSecond: round(repaired / (bulkMs / 1000)),
      },
      machine: { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.version },
    }
    if (!values.json) console.log(JSON.stringify(figures, null, 2))
    else console.log(JSON.stringify({ kind: 'result', exitCode: 0, ...figures }))
  } finally {
    ports.close()
    await test.remove()
  }
}

await main()
