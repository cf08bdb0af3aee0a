import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepDatabase, startDirectory, stopDirectory } from '../embedded/testing/databases.ts'
import { makeTestDomain, type TestDomain } from '../embedded/testing/sample.ts'
import { journalPlaces } from '../formats/journal-folder.ts'
import { openShell, type Shell } from './testing/shell.ts'

describe('replication, reconcile, repair and journal show as commands', { timeout: 120_000 }, () => {
  let test: TestDomain
  let shell: Shell
  beforeAll(async () => {
    shell = await openShell()
    test = await makeTestDomain({ users: 5, mails: 0 })
    await startDirectory(test, 'hq-mas', 'tk-ml1')
  }, 60_000)
  afterAll(async () => {
    await test?.remove()
    await shell?.remove()
  })
  const run = (...words: string[]) => shell.plain([...words, '--config', test.domain.file, '--json'])

  it('tell what is not complete with 10, and what is repaired', async () => {
    const waited = await run('replication', '--server', 'tk-ml1', '--wait', '20')
    expect(waited).toMatchObject({ code: 0, result: { complete: true } })
    const all = await run('replication')
    expect(all).toMatchObject({ code: 10, result: { problem: { code: 'replication-incomplete' } } })
    expect((await run('replication', '--server', 'nowhere')).code).toBe(64)
    expect(await run('reconcile', '--server', 'tk-ml1')).toMatchObject({ code: 0, result: { repaired: 0 } })
    expect((await run('reconcile')).code).toBe(64)
    expect(await run('repair', '--server', 'hq-mas', '--yes')).toMatchObject({
      code: 64,
      result: { problem: { code: 'repair-not-pending' } },
    })

    await stopDirectory(test, 'hq-mas')
    const restore = keepDatabase(test, 'hq-mas')
    await startDirectory(test, 'hq-mas')
    await test.directory('hq-mas').names.register({ kind: 'user', name: '修復' }, 'gmadmin')
    const { position } = await test.directory('hq-mas').names.status()
    const shown = await run('journal', 'show', '--server', 'tk-ml1', '--from', String(position.number))
    expect(shown).toMatchObject({ code: 0, result: { records: 1, corrupt: 0 } })
    expect(shown.rows[0]).toMatchObject({ kind: 'record', number: position.number, after: { name: '修復' } })
    await stopDirectory(test, 'hq-mas')
    restore()
    await startDirectory(test, 'hq-mas')
    expect((await run('register', 'user', '--name', 'x')).result).toMatchObject({ problem: { code: 'repair-pending' } })
    const repaired = await run('repair', '--server', 'MASTER', '--yes')
    expect(repaired).toMatchObject({ code: 0, result: { replayed: 1, changeNumber: position.number } })
    expect((await run('replication', '--server', 'tk-ml1', '--wait', '20')).code).toBe(0)
  })

  it('name the repair that the master waits for, and give up what only another server holds when told to', async () => {
    const complete = async (hosts: string) =>
      expect((await run('replication', '--server', hosts, '--wait', '30')).code).toBe(0)
    await stopDirectory(test, 'hq-mas')
    const restore = keepDatabase(test, 'hq-mas')
    await startDirectory(test, 'hq-mas', 'os-ml1')
    await run('register', 'user', '--name', '両方')
    await complete('tk-ml1,os-ml1')
    await stopDirectory(test, 'os-ml1')
    await run('register', 'user', '--name', '片方')
    await complete('tk-ml1')
    await stopDirectory(test, 'tk-ml1', 'hq-mas')
    for (const { file } of journalPlaces(test.domain)) rmSync(file)
    restore()
    await startDirectory(test, 'hq-mas', 'os-ml1')

    // Only the other server shows that this master is behind.
    await expect.poll(async () => (await run('register', 'user', '--name', 'x')).problem).toBe('repair-pending')
    const told = await shell.plain(['nxsrepstat', '-h', 'hq-mas,os-ml1', '--config', test.domain.file])
    expect([told.code, told.stdout]).toEqual([10, 'hq-mas: データ修復待ち\nos-ml1: トランザクションレコードあり\n'])
    const states = await run('replication', '--server', 'os-ml1')
    expect(states).toMatchObject({
      code: 10,
      rows: [{ problem: { code: 'repair-pending', params: { host: 'hq-mas' } } }],
    })
    expect(states.stderr).toContain('repair --server hq-mas')
    const looked = await run('check')
    expect(looked.code).toBe(2)
    const critical = looked.rows.filter(({ severity }) => severity === 'critical')
    expect(critical).toContainEqual(expect.objectContaining({ id: 'repair-pending' }))
    expect(JSON.stringify(critical)).toContain('[データ修復]')
    expect(JSON.stringify(looked.rows.filter(({ id }) => id === 'replication'))).not.toContain('newer')

    expect((await run('repair', '--server', 'MASTER', '--yes')).code).toBeLessThan(2)
    await complete('os-ml1')
    await run('register', 'user', '--name', '新しい系列')
    await startDirectory(test, 'tk-ml1')
    await expect
      .poll(async () => (await run('replication', '--server', 'tk-ml1')).rows, { timeout: 20_000 })
      .toMatchObject([{ state: 'newer' }])
    const refused = await run('reconcile', '--server', 'tk-ml1')
    expect(refused).toMatchObject({
      problem: 'replica-newer',
      rows: [{ newerTotal: 1, newer: [{ after: { name: '片方' } }] }],
    })
    const overwritten = await run('reconcile', '--server', 'tk-ml1', '--overwrite-newer')
    expect(overwritten).toMatchObject({ code: 0, rows: [{ outcome: 'done', newerTotal: 1 }] })
    await complete('tk-ml1,os-ml1')
    const found = await Promise.all(
      ['両方', '片方', '新しい系列'].map(
        async (name) => (await run('search', '--kind', 'user', '--name', name)).rows.length,
      ),
    )
    expect(found).toEqual([1, 0, 1])
  })
})
