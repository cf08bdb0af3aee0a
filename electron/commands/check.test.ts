import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a monitor that sees OK although something is wrong, a missed night told never or every hour,
// a notification that changes how a backup ends.
let shell: Shell
let notices: string
const archive = () => join(shell.backups, 'one.tar.zst')
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  notices = join(shell.base, 'notices.jsonl')
  const text = readFileSync(shell.config, 'utf8').replace(/\nnotifications:[\s\S]*$/, '\n')
  const command = JSON.stringify(['/bin/sh', '-c', 'cat >> "$1"', 'sh', notices])
  writeFileSync(
    shell.config,
    `${text}notifications:\n  on: [failure, warning, success, missed]\n  command: ${command}\n`,
  )
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const check = (...words: string[]) => shell.plain(['check', ...words, '--config', shell.config])
const told = () =>
  existsSync(notices)
    ? readFileSync(notices, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
const hasFaketime = spawnSync('sh', ['-c', 'command -v faketime']).status === 0
const later = (offset: string, ...words: string[]) => {
  const env = { ...process.env, UNTENSEKI_LANG: 'en' }
  const args = ['-f', offset, process.execPath, shell.cli, 'check', ...words, '--config', shell.config]
  const { status, stdout } = spawnSync('faketime', args, { encoding: 'utf8', env })
  return { code: status, stdout }
}

describe('check', () => {
  it('is CRITICAL without any backup', async () => {
    const ended = await check()
    expect([ended.code, ended.stdout]).toEqual([
      2,
      expect.stringMatching(/^UNTENSEKI CRITICAL - hq-mas: there is no good backup/),
    ])
  })

  it('is OK after one, in one line with numbers', async () => {
    expect(await shell.run(['backup', '--server', 'hq-mas', '--to', archive(), '--yes'])).toMatchObject({ code: 0 })
    await expect.poll(async () => (await check()).code, { timeout: 30_000 }).toBe(0)
    const { stdout } = await check()
    expect(stdout).toMatch(/^UNTENSEKI OK - [^|\n]+ \| ('[\w.-]+'=\d+(s|B|);\d*;\d*;0 ?)+\n$/)
    expect(stdout).toMatch(/'age_hq-mas'=\d+s;93600;180000;0/)
    expect(stdout).toMatch(/'services_down'=0;;0;0/)
    expect(stdout).toContain("'lag_tk-ml1'=0s;900;;0")
    expect((await check('--json')).result).toMatchObject({ exitCode: 0, severity: 'ok' })
  })

  it.skipIf(!hasFaketime)('sees the backup grow old', () => {
    expect(later('+27h')).toMatchObject({ code: 1, stdout: expect.stringContaining('hq-mas: last backup 27.0 h ago') })
    expect(later('+51h')).toMatchObject({ code: 2, stdout: expect.stringContaining('hq-mas: last backup 51.0 h ago') })
    expect(later('+51h', '--warn', '3d', '--crit', '4d')).toMatchObject({ code: 0 })
  })

  it('sees an archive that is gone, and one that was left unfinished', async () => {
    renameSync(archive(), `${archive()}.elsewhere`)
    expect(await check()).toMatchObject({ code: 1, stdout: expect.stringContaining('one.tar.zst is gone') })
    renameSync(`${archive()}.elsewhere`, archive())
    writeFileSync(join(shell.backups, 'dead.tar.zst.partial'), '')
    expect(await check()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('unfinished archives: dead.tar.zst.partial'),
    })
    rmSync(join(shell.backups, 'dead.tar.zst.partial'))
  })

  it('sees a journal that was cleared without a backup', async () => {
    expect(await shell.run(['register', 'user', '--name', '控え 無子'])).toMatchObject({ code: 0 })
    expect(await shell.run(['journal', 'clear', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
    expect(await check()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('hq-mas: 1 cleared records that no backup covers'),
    })
  })

  it('sees a service that was killed, before everything else', async () => {
    process.kill(shell.pid('tk-ml1', 'server') ?? 0, 'SIGKILL')
    await expect.poll(() => shell.pid('tk-ml1', 'server')).toBe(null)
    const ended = await check()
    expect([ended.code, ended.stdout]).toEqual([2, expect.stringMatching(/^UNTENSEKI CRITICAL - tk-ml1: down サーバ/)])
    expect(ended.stdout).toMatch(/'services_down'=1;/)
  })

  it.each([
    [['--warn', 'soon'], /Wrong usage: --warn soon/],
    [['--warn', '3d', '--crit', '2d'], /--crit 2d/],
    [['--config', '/nonexistent.yaml'], /no domain file/],
  ])('is UNKNOWN for %j', async (words, why) => {
    const ended = await shell.plain(['check', '--config', shell.config, ...words])
    expect([ended.code, ended.stdout]).toEqual([3, expect.stringMatching(/^UNTENSEKI UNKNOWN - /)])
    expect(ended.stdout).toMatch(why)
  })

  it.skipIf(!hasFaketime)('sees a night that was missed, and tells of it once', async () => {
    const units = join(shell.base, 'units')
    mkdirSync(units)
    const words = ['schedule', 'install', '--folder', units, '--scheduler', 'systemd', '--at', '02:00']
    expect(await shell.run(words)).toMatchObject({ code: 0 })
    const before = told().length
    for (const round of [1, 2]) {
      const ended = later('+49h', '--folder', units, '--notify', '--crit', '90h')
      expect([round, ended.code, ended.stdout]).toEqual([
        round,
        2,
        expect.stringMatching(/fell due at \S+ did not happen/),
      ])
      expect(told().slice(before)).toMatchObject([{ kind: 'missed', subject: expect.stringContaining('未実行') }])
    }
    later('+73h', '--folder', units, '--notify')
    expect(told().slice(before)).toHaveLength(2)
  })
})

describe('people are told', () => {
  it('of a backup that was done, and of one that was refused', async () => {
    expect(told().slice(0, 1)).toMatchObject([
      { kind: 'success', hosts: ['hq-mas'], exitCode: 0, text: expect.stringContaining(archive()) },
    ])
    const before = told().length
    const ended = await shell.run(['backup', '--server', 'hq-mas', '--to', archive(), '--yes'])
    expect([ended.code, ended.problem]).toEqual([12, 'medium-exists'])
    expect(told().slice(before)).toMatchObject([{ kind: 'failure', problem: 'medium-exists', exitCode: 12 }])
  })

  it('or not, and then the backup ends all the same, with a word in its log', async () => {
    const silent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as AddressInfo
    appendFileSync(shell.config, `  mail: {host: 127.0.0.1, port: ${port}, from: a@b, to: [c@d]}\n`)
    const to = join(shell.backups, 'two.tar.zst')
    const ended = await shell.run(['backup', '--server', 'hq-mas', '--to', to, '--yes'])
    expect([ended.code, ended.result.outcome]).toEqual([0, 'done'])
    expect(ended.stderr).toContain(`People could not be told (mail 127.0.0.1:${port})`)
    expect((await check()).stdout).toContain(`People could not be told (mail 127.0.0.1:${port})`)
    silent.close()
  })
})
