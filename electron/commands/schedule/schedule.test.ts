import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cronScheduler } from '../../adapters/schedule/cron.ts'
import { ownMark } from '../../adapters/schedule/owned-file.ts'
import { openShell, type Shell } from '../testing/shell.ts'

// Defects that break it: a unit that systemd refuses or that kills the services which the run started again, a path
// with a blank, a percent or a dollar sign read as something else, a foreign file overwritten, a missed night not made up for.
let shell: Shell
let to: string
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  to = join(shell.base, `odd %d $HOME "q" '\\ 日本`)
  mkdirSync(to)
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const folder = (name: string) => {
  const made = join(shell.base, name)
  mkdirSync(made, { recursive: true })
  return made
}
const schedule = (verb: string, where: string, ...words: string[]) =>
  shell.run(['schedule', verb, '--folder', where, ...words])
const install = (where: string, ...words: string[]) => schedule('install', where, '--to', to, ...words)
const archives = () => readdirSync(to).filter((name) => name.endsWith('.tar.zst'))
const services = () => Object.values(shell.snapshot().pids).filter((pid) => pid !== null).length

describe('a schedule of systemd', () => {
  it('is installed and shown, with the time it falls due next', async () => {
    const ended = await install(folder('units'), '--scheduler', 'systemd', '--at', '02:30')
    expect(ended).toMatchObject({ code: 0 })
    const view = (await schedule('show', folder('units'))).result.schedule as { installed: object; next: string }
    expect(view).toMatchObject({
      installed: { scheduler: 'systemd', calendar: '02:30', user: userInfo().username },
      last: null,
    })
    const next = new Date(view.next)
    expect([next.getHours(), next.getMinutes()]).toEqual([2, 30])
    expect(next.getTime() - Date.now()).toBeGreaterThan(0)
    expect(next.getTime() - Date.now()).toBeLessThanOrEqual(25 * 3_600_000)
    const [, , service = '', timer = ''] = readdirSync(folder('units')).sort()
    expect(readFileSync(join(folder('units'), timer), 'utf8')).toMatch(
      /^OnCalendar=\*-\*-\* 02:30:00\nPersistent=true$/m,
    )
    expect(readFileSync(join(folder('units'), service), 'utf8')).toMatch(/^User=\w+$[\s\S]*^KillMode=process$/m)
  })

  it('was not missed before it was planned, and is told where nothing ever ran', async () => {
    const units = folder('units')
    const hours = new Date(Date.now() - 2 * 3_600_000).getHours()
    expect(
      await install(units, '--scheduler', 'systemd', '--at', `${String(hours).padStart(2, '0')}:00`),
    ).toMatchObject({ code: 0 })
    expect(await schedule('catch-up', units)).toMatchObject({ code: 0, result: { missed: null } })
    const check = ['check', '--folder', units, '--config', shell.config]
    expect((await shell.plain(check)).stdout).not.toContain('did not happen')
    if (has('faketime')) {
      const env = { ...process.env, UNTENSEKI_LANG: 'en' }
      const words = ['-f', '+1d', process.execPath, shell.cli, ...check]
      const { stdout } = spawnSync('faketime', words, { encoding: 'utf8', env })
      expect(stdout).toContain('did not happen')
    }
    expect(await install(units, '--scheduler', 'systemd', '--at', '02:30')).toMatchObject({ code: 0 })
  })

  it.skipIf(!has('systemd-analyze'))('is one in which systemd finds nothing wrong', () => {
    const units = readdirSync(folder('units')).map((name) => join(folder('units'), name))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it('has an ExecStart that makes the backup, from any folder and without any environment', async () => {
    const [, , service = ''] = readdirSync(folder('units')).sort()
    const text = readFileSync(join(folder('units'), service), 'utf8')
    const argv = words(/^ExecStart=(.*)$/m.exec(text)?.[1] ?? '', true)
    const environment = [...text.matchAll(/^Environment=(.*)$/gm)].flatMap(([, word = '']) => words(word, false))
    const before = services()
    const { status, stderr } = spawnSync('env', ['-i', ...environment, ...argv], { cwd: '/', encoding: 'utf8' })
    expect([status, stderr.split('\n').filter((line) => /fail|error/i.test(line))]).toEqual([0, []])
    expect(archives()).toHaveLength(1)
    expect(services()).toBe(before)
    const shown = (await schedule('show', folder('units'))).result.schedule
    expect(shown).toMatchObject({ last: { outcome: 'done', exitCode: 0 } })
  })

  it.skipIf(!has('systemd-analyze'))('takes an expression of its own, and no other', async () => {
    expect(await install(folder('units'), '--scheduler', 'systemd', '--calendar', 'Mon..Fri 03:30')).toMatchObject({
      code: 0,
    })
    const { next } = (await schedule('show', folder('units'))).result.schedule as { next: string }
    const due = new Date(next)
    expect([due.getHours(), due.getMinutes(), due.getDay() % 6 !== 0]).toEqual([3, 30, true])
    const before = readFiles('units')
    const wrong = await install(folder('units'), '--scheduler', 'systemd', '--calendar', 'every full moon')
    expect([wrong.code, wrong.problem]).toEqual([64, 'schedule-calendar'])
    expect(readFiles('units')).toEqual(before)
  })

  it('is taken away again, and only it', async () => {
    writeFileSync(join(folder('units'), 'other.timer'), 'x')
    expect((await schedule('remove', folder('units'))).result.removed).toHaveLength(4)
    expect(readdirSync(folder('units'))).toEqual(['other.timer'])
    expect(await schedule('remove', folder('units'))).toMatchObject({ code: 0, result: { removed: [] } })
  })

  it('never takes the place of what someone else wrote', async () => {
    expect(await install(folder('foreign'), '--scheduler', 'systemd')).toMatchObject({ code: 0 })
    const [, , service = ''] = readdirSync(folder('foreign')).sort()
    writeFileSync(join(folder('foreign'), service), '[Service]\nExecStart=/bin/true\n')
    const before = readFiles('foreign')
    for (const ended of [
      await install(folder('foreign'), '--scheduler', 'systemd'),
      await schedule('show', folder('foreign')),
    ]) {
      expect([ended.code, ended.problem]).toEqual([77, 'schedule-foreign'])
    }
    expect(await schedule('remove', folder('foreign'))).toMatchObject({ problem: 'schedule-foreign' })
    expect(readFiles('foreign')).toEqual(before.filter(([name]) => readdirSync(folder('foreign')).includes(name)))
  })
})

describe('a schedule of cron', () => {
  const line = (when: RegExp) => {
    const [name = ''] = readdirSync(folder('cron'))
    const text = readFileSync(join(folder('cron'), name), 'utf8')
    // cron: a percent sign is a line break unless a backslash stands before it; then sh reads the rest.
    return new RegExp(`^${when.source} ${userInfo().username} (.*)$`, 'm').exec(text)?.[1]?.replaceAll('\\%', '%')
  }

  it('is one line for the night and one for the start of the machine', async () => {
    expect(await install(folder('cron'), '--scheduler', 'cron', '--at', '02:05')).toMatchObject({ code: 0 })
    expect(line(/5 2 \* \* \*/)).toContain(' backup --server MASTER ')
    expect(line(/@reboot/)).toContain(' schedule catch-up --config ')
  })

  it('takes an expression of crontab(5), and shows when it falls due next', async () => {
    const cron = folder('cron-own')
    expect(await install(cron, '--scheduler', 'cron', '--calendar', '30 3 * * 1-5')).toMatchObject({ code: 0 })
    const { next } = (await schedule('show', cron)).result.schedule as { next: string }
    const due = new Date(next)
    expect([due.getHours(), due.getMinutes(), due.getDay() % 6 !== 0]).toEqual([3, 30, true])
    expect(due.getTime()).toBeGreaterThan(Date.now())
    for (const wrong of ['61 3 * * *', '30 3 * *', '@daily']) {
      const ended = await install(cron, '--scheduler', 'cron', '--calendar', wrong)
      expect([wrong, ended.code, ended.problem]).toEqual([wrong, 64, 'schedule-calendar'])
    }
  })

  it('has a line that makes the backup', () => {
    const before = archives().length
    const { status, stderr } = spawnSync('env', ['-i', 'sh', '-c', line(/5 2 \* \* \*/) ?? ''], {
      cwd: '/',
      encoding: 'utf8',
    })
    expect([status, stderr.split('\n').filter((each) => /fail|error/i.test(each))]).toEqual([0, []])
    expect(archives()).toHaveLength(before + 1)
  })

  it('makes up for nothing when nothing was missed', async () => {
    expect(await schedule('catch-up', folder('cron'))).toMatchObject({ code: 0, result: { missed: null } })
  })

  it.skipIf(!has('faketime'))('makes up for a night that the machine was off', () => {
    const before = archives().length
    const words = ['schedule', 'catch-up', '--folder', folder('cron'), '--config', shell.config]
    const env = { ...process.env, UNTENSEKI_LANG: 'en' }
    const { status, stderr } = spawnSync('faketime', ['-f', '+2d', process.execPath, shell.cli, ...words], {
      encoding: 'utf8',
      env,
    })
    expect([status, stderr]).toEqual([0, expect.stringContaining('running now what fell due at')])
    expect(archives()).toHaveLength(before + 1)
  })

  it('stands in a crontab beside the lines of others', async () => {
    const bin = folder('bin')
    const table = join(shell.base, 'crontab.txt')
    writeFileSync(table, '# mine\n1 1 * * * true\n')
    writeFileSync(
      join(bin, 'crontab'),
      `#!/bin/sh\ncase "$1" in -l) cat '${table}' ;; -) cat > '${table}.new' && mv '${table}.new' '${table}' ;; esac\n`,
    )
    chmodSync(join(bin, 'crontab'), 0o755)
    const { PATH } = process.env
    process.env.PATH = `${bin}:${PATH}`
    try {
      const cron = cronScheduler({
        place: { kind: 'crontab', user: 'gmax' },
        mark: ownMark('/etc/x.yaml'),
        catchUp: ['/bin/true'],
      })
      const job = {
        description: 'x',
        calendar: { kind: 'daily', at: '03:04' },
        argv: ['/bin/a b'],
        user: 'gmax',
        watch: ['/bin/look'],
        environment: {},
        since: '2026-11-22T02:00:00.000Z',
      } as const
      await cron.install({ ...job, argv: ['/bin/before'] })
      await cron.install(job)
      expect(await cron.show()).toMatchObject({ argv: ['/bin/a b'], files: ['crontab: gmax'] })
      const text = readFileSync(table, 'utf8')
      expect(text).toMatch(/^# mine\n1 1 \* \* \* true\n# untenseki schedule of \/etc\/x\.yaml/)
      expect(text).toMatch(/^4 3 \* \* \* \/usr\/bin\/env '\/bin\/a b'$/m)
      expect(text).toMatch(/^17 \* \* \* \* \/usr\/bin\/env \/bin\/look >\/dev\/null 2>&1$/m)
      expect(text).not.toContain('/bin/before')
      await cron.remove()
      expect(readFileSync(table, 'utf8')).toBe('# mine\n1 1 * * * true\n')
    } finally {
      process.env.PATH = PATH
    }
  })
})

describe('a schedule is refused', () => {
  it.each([
    ['for no time of day', ['--at', '24:00'], 'schedule-time'],
    ['for an archive instead of a folder', ['--to', 'x.tar.zst'], 'schedule-folder'],
    ['for an unknown server', ['--server', 'hq-mas,nowhere'], 'server-unknown'],
    ['for an unknown account', ['--user', 'no-such-account'], 'usage-wrong'],
    ['for an unknown scheduler', ['--scheduler', 'at'], 'usage-wrong'],
    ['for --all with --server', ['--all', '--server', 'hq-mas'], 'usage-wrong'],
    ["for another scheduler's expression", ['--scheduler', 'cron', '--calendar', 'Mon 03:30'], 'schedule-calendar'],
    [
      'for a line break in an expression',
      ['--scheduler', 'systemd', '--calendar', 'daily\nExecStart=x'],
      'schedule-calendar',
    ],
  ])('%s', async (_, wrong, code) => {
    const ended = await install(folder('refused'), ...wrong)
    expect([ended.code, ended.problem]).toEqual([
      userInfo().uid === 0 || code !== 'usage-wrong' ? 64 : ended.code,
      code,
    ])
    expect(readdirSync(folder('refused'))).toEqual([])
  })

  it('for a folder with a line break in its name', async () => {
    const broken = folder('line\nbreak')
    const ended = await schedule('install', folder('refused'), '--to', broken)
    expect([ended.code, ended.problem]).toEqual([64, 'schedule-words'])
  })
})

function readFiles(name: string): readonly (readonly [string, string])[] {
  return readdirSync(folder(name)).map((file) => [file, readFileSync(join(folder(name), file), 'utf8')])
}

/** The words of a line in systemd's quoting (systemd.syntax(7)). */
function words(line: string, command: boolean): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => {
    const plain = word.replace(/\\(.)/g, '$1').replaceAll('%%', '%')
    return command ? plain.replaceAll('$$', '$') : plain
  })
}
