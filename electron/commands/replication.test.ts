import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepDatabase, startDirectory, stopDirectory } from '../embedded/testing/databases.ts'
import { makeTestDomain, type TestDomain } from '../embedded/testing/sample.ts'
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
})
