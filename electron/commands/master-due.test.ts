import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, openShell, type Shell } from './testing/shell.ts'

// Defects that break it: an archive of a server that nothing of the master's can stand beside and nobody is told, a warning
// where the master was archived at the same cut, a command in the warning that does not put it right, servers that lag unnoticed.
let shell: Shell
let notices: string
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  notices = join(shell.base, 'notices.jsonl')
  const text = readFileSync(shell.config, 'utf8').replace(/\nnotifications:[\s\S]*$/, '\n')
  const command = JSON.stringify(['/bin/sh', '-c', 'cat >> "$1"', 'sh', notices])
  writeFileSync(shell.config, `${text}notifications:\n  on: [warning]\n  language: en\n  command: ${command}\n`)
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const register = async (name: string) =>
  expect(await shell.run(['register', 'user', '--name', name])).toMatchObject({ code: 0 })
const backup = (...words: string[]) => shell.run(['backup', ...words, '--to', shell.backups, '--yes'])
const warned = ({ result }: Ended) => result.warnings as { code: string; remedy: string; params: object }[]
const codes = (ended: Ended) => warned(ended).map(({ code }) => code)
const check = () => shell.plain(['check', '--config', shell.config])
const told = () =>
  existsSync(notices)
    ? readFileSync(notices, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { kind: string; text: string })
    : []

describe('a server archived beyond the master', () => {
  it('is told where the master has no archive at all: 1', async () => {
    const done = await backup('--server', 'tk-ml1', '--wait', '30')
    expect([done.code, done.result.outcome, codes(done)]).toEqual([1, 'warnings', ['master-backup-none']])
    expect((await check()).stdout).toContain('There is no good archive of the master hq-mas')
  })

  it('is nothing to warn of once the master, or all, are archived at that change or a later one', async () => {
    for (const words of [
      ['--server', 'MASTER'],
      ['--server', 'tk-ml1', '--wait', '30'],
      ['--all', '--wait', '30'],
    ]) {
      const done = await backup(...words)
      expect([words, done.code, codes(done)]).toEqual([words, 0, []])
    }
    expect(await check()).toMatchObject({ code: 0 })
  })

  it('names it, both changes and the command in the run, its record, the report, the check and the notice: 1', async () => {
    await register('超過 一郎')
    await shell.run(['replication', '--wait', '30'])
    const before = told().length
    const planned = await shell.run(['backup', '--server', 'tk-ml1', '--to', shell.backups, '--dry-run'])
    expect([planned.code, codes(planned)]).toEqual([1, ['master-backup-due']])
    const done = await backup('--server', 'tk-ml1', '--wait', '30')
    const change = Number(done.result.changeNumber)
    expect([done.code, done.result.outcome]).toEqual([1, 'warnings'])
    const command = `untenseki backup --server MASTER --to ${shell.backups}/ --yes`
    expect(warned(done)).toMatchObject([
      {
        code: 'master-backup-due',
        remedy: expect.stringContaining(command),
        params: { host: 'tk-ml1', master: 'hq-mas', change, masterChange: change - 1 },
      },
    ])
    const sentence = new RegExp(`tk-ml1 \\(change ${change}\\).*hq-mas \\(change ${change - 1}\\)[\\s\\S]*${command}`)
    const report = await shell.plain(['runs', 'export', String(done.result.runId), '--config', shell.config])
    const state = (await shell.run(['runs', 'show'])).result
    const last = await shell.run(['runs', 'show', String(done.result.runId)])
    expect(state).toMatchObject({ exitCode: 0 })
    expect(last.result).toMatchObject({ run: { warnings: [{ code: 'master-backup-due' }] } })
    const checked = await check()
    expect(checked.code).toBe(1)
    const notice = told()[before]
    expect(notice?.kind).toBe('warning')
    for (const text of [done.stderr, report.stdout, checked.stdout, notice?.text]) expect(text).toMatch(sentence)
  })

  it('is put right by the command that the warning names', async () => {
    const due = (await shell.run(['backup', '--server', 'tk-ml1', '--to', shell.backups, '--dry-run'])).result
    const [{ params }] = due.warnings as [{ params: { command: string } }]
    const [, ...words] = params.command.split(' ')
    expect(await shell.run(words)).toMatchObject({ code: 0 })
    expect(await check()).toMatchObject({ code: 0 })
  })

  it('is told again when the master’s archives are gone', async () => {
    const { rows } = await shell.run(['archives', '--server', 'hq-mas'])
    for (const { path } of rows) renameSync(String(path), `${path}.moved`)
    expect(codes(await backup('--server', 'os-ml1', '--wait', '30'))).toEqual(['master-backup-none'])
    for (const { path } of rows) renameSync(`${path}.moved`, String(path))
  })
})

describe('the master backed up alone', () => {
  it('waits a moment for what was registered just before, and warns of nothing', async () => {
    await register('直前 二郎')
    expect(await backup('--server', 'MASTER')).toMatchObject({ code: 0, result: { warnings: [] } })
  })

  it('warns of the servers that lag or cannot be asked, beforehand too: 1', async () => {
    expect(await shell.run(['stop', '--server', 'os-ml1', '--yes'])).toMatchObject({ code: 0 })
    await register('遅延 三郎')
    const planned = await shell.run(['backup', '--server', 'MASTER', '--to', shell.backups, '--dry-run'])
    expect([planned.code, codes(planned)]).toEqual([1, ['replication-lagging']])
    const done = await backup('--server', 'MASTER')
    expect([done.code, done.result.outcome, codes(done)]).toEqual([1, 'warnings', ['replication-lagging']])
    expect(warned(done)[0]?.params).toEqual({ hosts: 'os-ml1: No answer 1', hostsJa: 'os-ml1: 応答なし 1' })
    expect(await shell.run(['start', '--server', 'os-ml1'])).toMatchObject({ code: 0 })
    expect(await backup('--server', 'MASTER', '--wait', '30')).toMatchObject({ code: 0, result: { warnings: [] } })
  })
})
