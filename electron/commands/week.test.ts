import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../embedded/testing/sample.ts'
import { openShell, type Shell } from './testing/shell.ts'
import { slowTarget } from './testing/slow-run.ts'

// A week of nights on a clock that every process of the domain reads, and what the operator sees each morning. Defects
// that break it: a failure that nobody is told of, an OK on a morning without a good backup, a run that a night before keeps
// from ever running again.
const library = spawnSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'], { encoding: 'utf8' }).stdout.trim()
const superuser = process.getuid?.() === 0
const mebibyte = 1024 * 1024
const today = new Date()

describe.skipIf(library === '' || !superuser)('a week of unattended backups', () => {
  let shell: Shell
  let tape: string
  let units: string
  let notices: string
  let clock: string
  let seen = 0
  const faked = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: '',
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  }

  /** Sets every process's clock; `day` 1 is a Monday still to come, hours are local. */
  function set(day: number, hour: number): void {
    const wanted = new Date(
      today.getFullYear(),
      today.getMonth(),
      today.getDate() + 7 - today.getDay() + day,
      hour,
    ).getTime()
    writeFileSync(`${clock}.new`, `+${((wanted - Date.now()) / 1000).toFixed(0)}\n`)
    renameSync(`${clock}.new`, clock)
  }

  /** What the timer starts at 02:00, as the unit says it. */
  function begin() {
    const service = readdirSync(units).find((name) => /^untenseki-backup-\w{8}\.service$/.test(name)) ?? ''
    const [, line = ''] = /^# untenseki job: (.*)$/m.exec(readFileSync(join(units, service), 'utf8')) ?? []
    const { argv } = JSON.parse(line) as { argv: readonly [string, ...string[]] }
    const child = spawn(argv[0], argv.slice(1), {
      cwd: '/',
      env: { ...process.env, UNTENSEKI_LANG: 'en' },
      stdio: 'ignore',
    })
    return { child, ended: once(child, 'exit').then(([code]) => code as number | null) }
  }

  async function night(day: number): Promise<number | null> {
    set(day, 2)
    return begin().ended
  }

  /** What the monitor says at 08:00, and whom the operator heard from since the morning before. */
  async function morning(day: number) {
    set(day, 8)
    return look()
  }

  async function look() {
    const checked = await shell.plain(['check', '--notify', '--folder', units, '--config', shell.config])
    const all = existsSync(notices) ? readFileSync(notices, 'utf8').trim().split('\n') : []
    const news = all.slice(seen).map((line) => JSON.parse(line) as { kind: string; text: string })
    seen = all.length
    return { code: checked.code, line: checked.stdout.split(' | ')[0] ?? '', told: news.map(({ kind }) => kind), news }
  }

  const archives = () => readdirSync(tape).filter((name) => name.endsWith('.tar.zst')).length
  const down = () => Object.values(shell.snapshot().pids).filter((pid) => pid === null).length

  beforeAll(async () => {
    shell = await openShell()
    clock = join(shell.base, 'clock')
    set(0, 20)
    // Timers and leases count on the monotonic clock, which nobody sets.
    Object.assign(process.env, faked, { FAKETIME_TIMESTAMP_FILE: clock })
    await shell.init()
    tape = join(shell.base, 'tape')
    units = join(shell.base, 'units')
    notices = join(shell.base, 'notices.jsonl')
    mkdirSync(tape)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', tape]).status).toBe(0)
    const text = slowTarget(shell, 40).replace(/\nnotifications:[\s\S]*$/, '\n')
    const command = JSON.stringify(['/bin/sh', '-c', 'cat >> "$1"', 'sh', notices])
    writeFileSync(
      shell.config,
      `${text}notifications:\n  on: [failure, warning, success, missed]\n  language: en\n  command: ${command}\n`,
    )
    expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
    const words = ['schedule', 'install', '--folder', units, '--scheduler', 'systemd', '--at', '02:00', '--to', tape]
    expect(await shell.run(words)).toMatchObject({ code: 0 })
  })

  afterAll(async () => {
    spawnSync('umount', ['-l', tape])
    await shell.remove()
    for (const name of Object.keys(faked)) delete process.env[name]
  })

  it('Monday: a good night', async () => {
    expect(await night(1)).toBe(0)
    const { code, line, told } = await morning(1)
    expect([code, line, told]).toEqual([
      0,
      expect.stringMatching(/^UNTENSEKI OK .*hq-mas: last backup 6\.\d h ago/),
      ['success'],
    ])
    expect(archives()).toBe(1)
  })

  it('Tuesday: a power cut in the middle of the run', async () => {
    set(2, 2)
    const { child, ended } = begin()
    await until(() => readdirSync(tape).some((name) => name.endsWith('.partial')), 30_000)
    for (const pid of [child.pid, ...Object.values(shell.snapshot().pids)]) if (pid) process.kill(pid, 'SIGKILL')
    await ended
    const found = await morning(2)
    expect([found.code, found.told]).toEqual([2, []])
    expect(found.line).toMatch(/^UNTENSEKI CRITICAL - hq-mas: run \S+ was never finished \(untenseki runs rollback\)/)
    expect(found.line).toMatch(/tk-ml1: down/)
    expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 11, problem: 'run-unfinished' })
    expect(await shell.run(['runs', 'rollback', '--yes'])).toMatchObject({ code: 0 })
    expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
    expect(down()).toBe(0)
    const after = await look()
    expect([after.code, after.told]).toEqual([1, ['failure']])
    expect(after.line).toMatch(/hq-mas: last backup 30\.\d h ago; last run \S+: failed-restored/)
    expect(readdirSync(tape).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('Wednesday: the disk is full', async () => {
    const filler = join(tape, 'filler')
    const size = Number(spawnSync('df', ['--output=avail', '-B1', tape], { encoding: 'utf8' }).stdout.split('\n')[1])
    writeFileSync(filler, Buffer.alloc(Math.max(0, size - mebibyte)))
    expect(await night(3)).toBe(12)
    expect(down()).toBe(0)
    const found = await morning(3)
    expect([found.code, found.told]).toEqual([2, ['failure', 'missed']])
    expect(found.news[0]?.text).toContain(tape)
    expect(found.line).toMatch(/hq-mas: last backup 54\.\d h ago/)
    expect(archives()).toBe(1)
    rmSync(filler)
  })

  it('Thursday: all is well again', async () => {
    expect(await night(4)).toBe(0)
    expect(await morning(4)).toMatchObject({ code: 0, told: ['success'] })
    expect(archives()).toBe(2)
  })

  it('Friday: the tape was forgotten', async () => {
    expect(spawnSync('umount', [tape]).status).toBe(0)
    expect(await night(5)).toBe(12)
    expect([down(), archives()]).toEqual([0, 0])
    const found = await morning(5)
    expect(found.code).toBe(2)
    expect(found.told).toEqual(['failure', 'missed'])
    expect(found.news[0]?.text).toContain(`Nothing is mounted on the folder "${tape}"`)
    expect(found.line).toMatch(/the backup that fell due at \S+ did not happen/)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', tape]).status).toBe(0)
  })

  it('Saturday: the machine was off at night, and makes up for it when it is on', async () => {
    const found = await morning(6)
    expect([found.code, found.told]).toEqual([2, ['missed']])
    const words = ['schedule', 'catch-up', '--folder', units, '--config', shell.config]
    expect(await shell.plain(words)).toMatchObject({ code: 0 })
    const after = await look()
    expect([after.code, after.told, after.line]).toEqual([
      0,
      ['success'],
      expect.stringMatching(/last backup 0\.0 h ago/),
    ])
  })

  it('Sunday: the records tell the week', async () => {
    expect(await night(7)).toBe(0)
    expect((await morning(7)).code).toBe(0)
    const { rows } = await shell.run(['runs', 'list'])
    const week = rows.map((row) => [String(row.startedAt).slice(0, 10), row.outcome]).reverse()
    expect(week.map(([, outcome]) => outcome).filter((outcome) => outcome === 'done')).toHaveLength(4)
    expect(week[1]?.[1]).toBe('failed-restored')
    expect(down()).toBe(0)
    for (const name of readdirSync(tape))
      expect(await shell.run(['verify', join(tape, name)])).toMatchObject({ code: 0 })
  })
})
