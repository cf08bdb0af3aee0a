import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a verb that says done before the service did, a CSV file that is half registered, a wrong line that
// is named by another number, a refusal with another exit code.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  await shell.run(['start', '--server', 'hq-mas'])
}, 120_000)
afterAll(() => shell.remove())

const csv = (name: string, text: string | Uint8Array) => {
  const file = join(shell.base, name)
  writeFileSync(file, text)
  return file
}
const found = async (kind: string, ...words: string[]) => (await shell.run(['search', '--kind', kind, ...words])).rows

describe('the name database by commands', () => {
  it('changes and deletes every kind', async () => {
    const made = await shell.run(['register', 'organization', '--name', '新設部', '--id', 'n1', '--org', '1100'])
    expect(made).toMatchObject({ code: 0, result: { entity: { id: 'n1', organizationId: '1100' } } })
    await shell.run(['register', 'board', '--name', '部内', '--id', 'nb1', '--org', 'n1'])
    await shell.run(['register', 'board', '--name', '部内の下', '--id', 'nb2', '--parent', 'nb1'])
    await shell.run(['register', 'group', '--name', '当番', '--id', 'ng1', '--members', 'u00002,u00001'])
    expect(await found('group', '--name', 'ng1')).toMatchObject([{ members: ['u00001', 'u00002'] }])
    expect(await found('board', '--org', 'n1', '--sort', 'name', '--descending')).toMatchObject([
      { id: 'nb2', parentId: 'nb1' },
      { id: 'nb1' },
    ])
    const changed = await shell.run(['change', 'organization', '--id', 'n1', '--name', '改称部', '--top'])
    expect(changed).toMatchObject({
      code: 0,
      result: { before: { name: '新設部', organizationId: '1100' }, entity: { name: '改称部', organizationId: null } },
    })
    expect(await shell.run(['change', 'user', '--id', 'u00001', '--top'])).toMatchObject({
      code: 64,
      problem: 'usage-wrong',
    })
    expect(await shell.run(['change', 'user', '--id', 'none', '--name', 'x'])).toMatchObject({
      code: 64,
      problem: 'entity-unknown',
    })
    const refused = await shell.run(['delete', 'organization', '--id', 'n1'])
    expect(refused).toMatchObject({ code: 64, problem: 'organization-not-empty' })
    expect(refused.result.problem).toMatchObject({ params: { boards: 2, users: 0 } })
    expect(await shell.run(['delete', 'board', '--id', 'nb1,nb2'])).toMatchObject({
      code: 64,
      problem: 'board-not-empty',
    })
    expect(await shell.run(['delete', 'board', '--id', 'nb2,nb1'])).toMatchObject({ code: 0 })
    expect(await shell.run(['delete', 'organization', '--id', 'n1'])).toMatchObject({ code: 0 })
    expect(await shell.run(['delete', 'user', '--id', 'u00001'])).toMatchObject({
      code: 0,
      result: { deleted: [{ id: 'u00001' }] },
    })
    expect(await found('group', '--name', 'ng1')).toMatchObject([{ members: ['u00002'] }])
    expect(await found('user', '--name', 'u00001')).toEqual([])
  })

  it('registers a CSV file whole, or names every wrong line and registers nothing', async () => {
    const wrong = csv('wrong.csv', 'kind,id,name,org\nuser,c1,一,1110\nuser,u00002,二,\nuser,c3,三,none\nuser,,,\n')
    const before = (await shell.run(['domain', 'status'])).result.directory
    const refused = await shell.run(['register', '--csv', wrong])
    expect(refused).toMatchObject({
      code: 64,
      problem: 'import-refused',
      result: { lines: 4, registered: 0, refused: 3 },
    })
    expect(refused.rows.map(({ line, code }) => [line, code])).toEqual([
      [3, 'entity-exists'],
      [4, 'organization-unknown'],
      [5, 'csv-value-wrong'],
    ])
    expect((await shell.run(['domain', 'status'])).result.directory).toMatchObject({
      position: (before as { position: object }).position,
    })
    expect(await shell.run(['register', '--csv', wrong, '--partial'])).toMatchObject({
      code: 1,
      problem: null,
      result: { registered: 1, refused: 3 },
    })
    expect(await found('user', '--name', 'c1')).toMatchObject([{ name: '一', organizationId: '1110' }])
    const sjis = csv(
      'sjis.csv',
      Buffer.concat([Buffer.from('name,id\n'), Buffer.from([0x8d, 0xb2, 0x93, 0xa1]), Buffer.from(',c9\n')]),
    )
    expect(await shell.run(['register', '--csv', sjis])).toMatchObject({ code: 64, problem: 'import-refused' })
    expect(await shell.run(['register', '--csv', sjis, '--encoding', 'cp932', '--dry-run'])).toMatchObject({
      code: 0,
      result: { registered: 1, dryRun: true },
    })
    expect(await found('user', '--name', 'c9')).toEqual([])
    expect(await shell.run(['register', '--csv', sjis, '--encoding', 'cp932'])).toMatchObject({ code: 0 })
    expect(await found('user', '--name', 'c9')).toMatchObject([{ name: '佐藤' }])
  })

  it('registers 30,000 users in one go', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `i${index},利用者 ${index},${1100 + 10 * (index % 3)}`)
    const done = await shell.run(['register', '--csv', csv('many.csv', `id,name,org\n${lines.join('\n')}\n`)])
    expect(done).toMatchObject({ code: 0, result: { lines: 30_000, registered: 30_000, refused: 0 } })
    const { from, position } = done.result as { from: { number: number }; position: { number: number } }
    expect(position.number - from.number).toBe(30_000)
  }, 60_000)

  it.each([
    [['register', '--csv', 'none.csv'], 'csv-unreadable'],
    [['register', '--csv', 'none.csv', '--name', 'x'], 'usage-wrong'],
    [['register', '--csv', 'none.csv', '--encoding', 'latin1'], 'usage-wrong'],
    [['register', 'user', '--name', 'x', '--partial'], 'usage-wrong'],
    [['register', 'user'], 'usage-wrong'],
    [['register', '--name', 'x'], 'usage-wrong'],
    [['register', 'user', '--name', 'x', '--parent', 'b0001'], 'field-not-of-kind'],
    [['change', 'robot', '--id', 'x'], 'usage-wrong'],
    [['delete', 'user', '--id', ','], 'usage-wrong'],
    [['search', '--sort', 'colour'], 'usage-wrong'],
    [['search', '--offset', '-1'], 'usage-wrong'],
  ])('refuses %j', async (words, problem) => {
    expect(await shell.run(words)).toMatchObject({ code: 64, problem })
  })
})
