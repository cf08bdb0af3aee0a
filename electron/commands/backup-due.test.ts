import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicInfoPath } from '../formats/layout.ts'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a change after which a backup is due (facts §9) that nobody is told of, or of the wrong server; one that
// is told for ever, or where nothing changed.
let shell: Shell
let text: string
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  text = readFileSync(shell.config, 'utf8').replace(/(host: os-ml1[\s\S]*?roles: \[address), mail\]/, '$1]')
  writeFileSync(shell.config, text)
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
  await backup('--all', '--wait', '30')
}, 180_000)
afterAll(() => shell.remove())

const backup = async (...words: string[]) =>
  expect(await shell.run(['backup', ...words, '--to', shell.backups, '--yes'])).toMatchObject({ code: 0 })
const findings = async () =>
  (await shell.run(['check'])).rows.filter(({ id }) => id === 'backup-due') as {
    severity: string
    text: { en: string }
    measures: { label: string; value: number }[]
  }[]
/** What is told of as due. */
const due = async () => (await findings()).flatMap((one) => (one.severity === 'ok' ? [] : [one.text.en]))
const changes = async (host: string) =>
  (await findings()).flatMap(({ measures }) => measures).find(({ label }) => label === `changes_${host}`)?.value
const idOf = ({ result }: { result: { entity?: unknown } }) => String((result.entity as { id: string }).id)

describe('a backup is due', () => {
  it('of nothing right after one', async () => {
    expect(await due()).toEqual([])
    expect(await changes('hq-mas')).toBe(0)
  })

  it('by the number of changes: of top organisations, organisations, users, groups and boards', async () => {
    const top = idOf(await shell.run(['register', 'organization', '--name', '新本部']))
    expect(await changes('hq-mas')).toBe(1)
    for (const [count, words] of [
      [2, ['organization', '--name', '新部', '--org', top]],
      [3, ['user', '--name', '新入 一郎', '--org', top]],
      [4, ['group', '--name', '新群']],
      [5, ['board', '--name', '新掲示板']],
    ] as const) {
      expect(await shell.run(['register', ...words])).toMatchObject({ code: 0 })
      expect([words, await changes('hq-mas')]).toEqual([words, count])
    }
    expect(await shell.run(['change', 'organization', '--id', top, '--name', '改本部'])).toMatchObject({ code: 0 })
    expect(await changes('hq-mas')).toBe(6)
    expect(await changes('tk-ml1')).toBe(6)
    expect(await due()).toEqual([])
    expect((await findings())[0]?.text.en).toBe('hq-mas: 6 changes since the last backup')
    await backup('--server', 'MASTER')
    expect([await changes('hq-mas'), await changes('tk-ml1')]).toEqual([0, 6])
  })

  const added = (whole: string) => {
    const [block = ''] = /\n {2}- name: 大阪メール[\s\S]*?(?=\n\n)/.exec(whole) ?? []
    const other = block
      .replaceAll('os-ml1', 'kb-ml1')
      .replace('大阪メール', '神戸メール')
      .replace(/port: \d+/, 'port: 65001')
    return whole.replace(block, `${block}${other}`)
  }
  it.each<[string, (whole: string) => string, string[]]>([
    [
      'a site',
      (whole) => whole.replace('site: 大阪支社', 'site: 神戸支社'),
      ['hq-mas: a backup is due (site of os-ml1 changed)'],
    ],
    [
      'an address server',
      (whole) => whole.replace('大阪メール', '神戸メール'),
      ['hq-mas: a backup is due (server os-ml1 changed)'],
    ],
    [
      'a server that was added',
      added,
      ['hq-mas: a backup is due (server kb-ml1 added)', 'kb-ml1: a backup is due (server kb-ml1 added)'],
    ],
    [
      'a server that was taken away',
      (whole) => whole.replace(/\n {2}- name: 大阪メール[\s\S]*?(?=\n\n)/, ''),
      ['hq-mas: a backup is due (server os-ml1 removed)'],
    ],
    [
      'a mail server that was set up',
      (whole) => whole.replace('[address]', '[address, mail]'),
      [
        'hq-mas: a backup is due (mail server set up on os-ml1)',
        'os-ml1: a backup is due (mail server set up on os-ml1)',
      ],
    ],
    [
      'settings of a server',
      (whole) => whole.replace(/(host: tk-ml1[\s\S]*?name: )Scheduler/, '$1Scheduler 2'),
      ['tk-ml1: a backup is due (settings of tk-ml1 changed)'],
    ],
  ])('after a change of %s', async (_, edit, told) => {
    expect(edit(text)).not.toBe(text)
    writeFileSync(shell.config, edit(text))
    expect(await due()).toEqual(told)
    writeFileSync(shell.config, text)
    expect(await due()).toEqual([])
  })

  it('after a change of a settings file, until the next one: 1', async () => {
    const server = shell.domain().servers.find(({ host }) => host === 'tk-ml1')
    if (!server) throw new Error('no tk-ml1')
    appendFileSync(publicInfoPath(server), '# changed\n')
    expect(await due()).toEqual(['tk-ml1: a backup is due (settings of tk-ml1 changed)'])
    const { code, stdout } = await shell.plain(['check', '--config', shell.config])
    expect([code, stdout]).toEqual([1, expect.stringContaining('tk-ml1: a backup is due')])
    await backup('--server', 'tk-ml1', '--wait', '30')
    expect(await due()).toEqual([])
  })

  it('of a server that was added, until it has one, and of the master until its own', async () => {
    writeFileSync(shell.config, added(text))
    expect(await due()).toHaveLength(2)
    const done = await shell.run(['backup', '--server', 'MASTER', '--to', shell.backups, '--yes'])
    expect(done).toMatchObject({ code: 1, result: { warnings: [{ code: 'replication-lagging' }] } })
    expect(await due()).toEqual(['kb-ml1: a backup is due (server kb-ml1 added)'])
  })
})
