import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Change } from '../../../shared/model/change.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { readRecords } from '../../formats/journal-record.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { removeRepairMark, repairMarkPath } from '../../formats/repair-mark.ts'
import { addressOperations } from '../../wire/address-operations.ts'
import { createWireClient } from '../../wire/client.ts'
import { nameDatabaseArea } from '../../wire/name-database.ts'
import { makeTestDomain, problemOf, type TestDomain, until } from '../testing/sample.ts'

/** Of util-linux: caps the size of the files that a running process can write. */
const prlimit = 'prlimit'

describe('recovery of the name database', { timeout: 60_000 }, () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain({ users: 5, mails: 0 })
    await test.start('hq-mas', 'object-server', 'address-service')
  }, 60_000)
  afterAll(() => test?.remove())

  const restart = async (): Promise<void> => {
    await test.driver('hq-mas', 'address-service').stop()
    await test.start('hq-mas', 'address-service')
  }
  const journalNames = (): (readonly (string | undefined)[])[] =>
    journalPlaces(test.domain).map((place) => [...readRecords(place.file)].map((record) => record.after?.name))

  it('closes registrations when a journal cannot be written, and completes it at the next start', async () => {
    const { names } = test.directory('hq-mas')
    for (let index = 0; index < 20; index += 1) await names.register({ kind: 'user', name: `n${index}` }, 'gmadmin')
    const [place] = journalPlaces(test.domain)
    const size = statSync(place?.file ?? '').size
    const pid = test.pid('hq-mas', 'address-service')
    execFileSync(prlimit, ['--pid', String(pid), `--fsize=${size + 40}:`])
    expect(await problemOf(names.register({ kind: 'user', name: '途中' }, 'gmadmin'))).toBe('outcome-unknown')
    expect(statSync(place?.file ?? '').size).toBe(size)
    expect(await problemOf(names.register({ kind: 'user', name: 'late' }, 'gmadmin'))).toBe('directory-read-only')
    expect(await names.status()).toMatchObject({ readOnly: true })
    expect((await names.search({ kind: 'user', name: 'n1' })).total).toBe(11)
    test.kill('hq-mas', 'address-service')
    await test.start('hq-mas', 'address-service')
    expect(await names.status()).toMatchObject({ readOnly: false })
    for (const written of journalNames()) {
      expect(written.slice(-2)).toEqual(['n19', '途中'])
      expect(written.length).toBe(21)
    }
    expect(await problemOf(names.register({ kind: 'user', name: 'again' }, 'gmadmin'))).toBeNull()
  })

  it('makes a journal whole again that was lost, from the outbox', async () => {
    const before = journalNames()
    const [, other] = journalPlaces(test.domain)
    await test.driver('hq-mas', 'address-service').stop()
    rmSync(other?.file ?? '')
    await test.start('hq-mas', 'address-service')
    expect(journalNames()).toEqual(before)
  })

  it('refuses registrations when its database is behind its journals, and never cuts them', async () => {
    const { names } = test.directory('hq-mas')
    const area = readAreas(test.server('hq-mas')).find((one) => one.name === nameDatabaseArea)
    const file = area?.files[0]?.path ?? ''
    const stopAll = async (): Promise<void> => {
      await test.driver('hq-mas', 'address-service').stop()
      await test.driver('hq-mas', 'object-server').stop()
    }
    const startAll = (): Promise<void> => test.start('hq-mas', 'object-server', 'address-service')
    await stopAll()
    copyFileSync(file, join(test.root, 'older'))
    await startAll()
    await names.register({ kind: 'user', name: '戻す前' }, 'gmadmin')
    await stopAll()
    copyFileSync(file, join(test.root, 'newer'))
    copyFileSync(join(test.root, 'older'), file)
    const before = journalNames()
    await startAll()
    expect(await problemOf(names.register({ kind: 'user', name: 'x' }, 'gmadmin'))).toBe('repair-pending')
    expect(await names.status()).toMatchObject({ repairPending: { why: 'behind-journal', ahead: 'hq-mas' } })
    expect(journalNames()).toEqual(before)
    await stopAll()
    copyFileSync(join(test.root, 'newer'), file)
    removeRepairMark(repairMarkPath(test.server('hq-mas')))
    await startAll()
    expect(await problemOf(names.register({ kind: 'user', name: 'x' }, 'gmadmin'))).toBeNull()
    await restart()
  })

  it('applies on a replica only what follows, and the same change once', async () => {
    await test.start('tk-ml1', 'object-server', 'address-service')
    const names = test.directory('tk-ml1').names
    const { position } = await test.directory('hq-mas').names.status()
    await until(async () => (await names.status()).position.number === position.number)
    const client = createWireClient(test.socket('tk-ml1', 'address-service'), addressOperations, { timeoutMs: 5_000 })
    const change = (number: number, timeline = position.timeline): Change => {
      const after = { kind: 'group', id: `x${number}`, name: 'x', organizationId: '1000', host: null } as const
      return { timeline, number, at: new Date().toISOString(), operator: 'a', action: 'register', before: null, after }
    }
    const next = position.number + 1
    expect(await problemOf(client.call('replicate', { changes: [change(next + 1)] }))).toBe('replica-diverged')
    expect(await problemOf(client.call('replicate', { changes: [change(next, 'other')] }))).toBe('replica-diverged')
    expect(await client.call('replicate', { changes: [] })).toEqual({ position, ancestry: [], pending: false })
    for (let time = 0; time < 2; time += 1) {
      const applied = await client.call('replicate', { changes: [change(next), change(next + 1)] })
      expect(applied.position).toEqual({ ...position, number: next + 1 })
    }
    expect((await names.search({ kind: 'group', name: 'x' })).total).toBe(2)
    client.close()

    // That replica is ahead of the master now: the master must notice as soon as it talks to it.
    await restart()
    const master = test.directory('hq-mas').names
    await until(async () => (await master.status()).repairPending !== null)
    expect(await master.status()).toMatchObject({ repairPending: { why: 'behind-replica', ahead: 'tk-ml1' } })
    expect(await problemOf(master.register({ kind: 'user', name: 'y' }, 'gmadmin'))).toBe('repair-pending')
  })
})
