import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDomain } from '../formats/domain-file.ts'
import { openShell, type Shell, type Snapshot } from './testing/shell.ts'

// Defects that break it: a question asked of nobody, a medium that is tried only once services are down, an answer
// taken for yes, an account let through by its name, a damaged archive called good.
const superuser = process.getuid?.() === 0
const stranger = 65534
let shell: Shell
let before: Snapshot
let out: string
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  // Other accounts have a way to the domain's folder, and to a folder of theirs.
  chmodSync(shell.base, 0o755)
  out = join(shell.base, 'out')
  mkdirSync(out)
  expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
  before = shell.snapshot()
})
afterAll(() => shell.remove())

/** Nothing was stopped, begun, or left on the medium. */
function expectNothingDone(files: readonly string[] = []): void {
  expect(shell.snapshot()).toEqual(before)
  expect(readdirSync(out)).toEqual(files)
}

describe('backup is refused, and nothing is done,', () => {
  it.each([
    [
      'of a server that cannot be asked for its replication',
      ['--server', 'tk-ml1', '--to', 'out/a.tar.zst', '--yes'],
      10,
      'replication-incomplete',
    ],
    ['of an unknown server', ['--server', 'nobody', '--to', 'out/a.tar.zst', '--yes'], 64, 'server-unknown'],
    ['where nobody can be asked', ['--server', 'hq-mas', '--to', 'out/a.tar.zst'], 64, 'answer-needed'],
    ['to a name of no known ending', ['--server', 'hq-mas', '--to', 'out/a.zip', '--yes'], 64, 'archive-name-ending'],
    [
      'to a folder that is not there',
      ['--server', 'hq-mas', '--to', 'no/a.tar.zst', '--yes'],
      12,
      'medium-folder-missing',
    ],
    [
      'to what is meant as a folder and is none',
      ['--server', 'hq-mas', '--to', 'no/', '--yes'],
      12,
      'medium-folder-missing',
    ],
    [
      'with --mounted, to a folder on which nothing is mounted',
      ['--server', 'hq-mas', '--to', 'out', '--mounted', '--yes'],
      12,
      'medium-not-mounted',
    ],
    [
      'into a target',
      ['--server', 'hq-mas', '--to', 'sample/servers/hq-mas/var/opt/GroupMail/nxudir', '--yes'],
      12,
      'medium-inside-target',
    ],
  ])('%s', async (_, words, code, problem) => {
    const ended = await shell.run(['backup', ...words])
    expect([ended.code, ended.problem]).toEqual([code, problem])
    expectNothingDone()
  })

  it('over a file that is there, which stays as it is', async () => {
    writeFileSync(join(out, 'mine.tar.zst'), 'mine')
    const ended = await shell.run(['backup', '--server', 'hq-mas', '--to', 'out/mine.tar.zst', '--yes'])
    expect([ended.code, ended.problem]).toEqual([12, 'medium-exists'])
    expect(readFileSync(join(out, 'mine.tar.zst'), 'utf8')).toBe('mine')
    execFileSync('rm', [join(out, 'mine.tar.zst')])
    expectNothingDone()
  })

  it('by --dry-run, which tells what would be done and what speaks against it', async () => {
    const ended = await shell.run(['backup', '--server', 'hq-mas', '--to', 'out', '--dry-run'])
    // The master alone runs here: what lags is a warning beforehand, too.
    expect([ended.code, ended.result.problems, ended.result.warnings]).toEqual([
      1,
      [],
      [expect.objectContaining({ code: 'replication-lagging' })],
    ])
    expect(ended.rows.length).toBeGreaterThan(10)
    const bad = await shell.run(['backup', '--server', 'hq-mas', '--to', 'no/a.tar.zst', '--dry-run'])
    expect([bad.code, bad.result.problems]).toEqual([12, [expect.objectContaining({ code: 'medium-folder-missing' })]])
    expectNothingDone()
  })
})

describe('other verbs are refused, and nothing is done,', () => {
  it.each([
    ['stop without an answer', ['stop', '--server', 'hq-mas'], 64, 'answer-needed'],
    ['stop of an unknown server', ['stop', '--server', 'hq-mas,nobody', '--yes'], 64, 'server-unknown'],
    ['stop of an unknown service', ['stop', '--server', 'hq-mas', '--service', 'x', '--yes'], 64, 'service-unknown'],
    ['start of an unknown server', ['start', '--server', 'nobody'], 64, 'server-unknown'],
    ['clear without an answer', ['journal', 'clear', '--server', 'hq-mas'], 64, 'answer-needed'],
    ['clear for an unknown server', ['journal', 'clear', '--server', 'nobody', '--yes'], 64, 'server-unknown'],
    ['a kind that is none', ['register', 'robot', '--name', 'x'], 64, 'usage-wrong'],
    ['a search for too much', ['search', '--limit', '0'], 64, 'usage-wrong'],
    ['a run that is not on record', ['runs', 'show', '20200101T000000Z-aaaaaa'], 64, 'run-unknown'],
    ['verify of what is not there', ['verify', 'out/none.tar.zst'], 12, 'archive-missing'],
    ['list of what is not there', ['list', 'out/none.tar.zst'], 12, 'archive-missing'],
  ])('%s', async (_, words, code, problem) => {
    const ended = await shell.run(words)
    expect([ended.code, ended.problem]).toEqual([code, problem])
    expectNothingDone()
  })

  it('init over a domain that is there, and destroy without an answer', async () => {
    const again = await shell.plain(['domain', 'init', '--root', shell.root, '--json'])
    expect(again.problem).toBe('sample-folder-not-empty')
    const destroyed = await shell.plain(['domain', 'destroy', '--root', shell.root, '--json'])
    expect([destroyed.code, destroyed.problem]).toEqual([64, 'answer-needed'])
    expectNothingDone()
  })

  it('by a "no" at the terminal: 130', async () => {
    const words = `${process.execPath} ${shell.cli} stop --server hq-mas --config ${shell.config}`
    const ended = await shell.terminal(words, 'n\n')
    expect(ended.code).toBe(130)
    expect(ended.stdout).toContain('nothing was done')
    expectNothingDone()
  })

  it('rollback and show without an unfinished run say so: 0', async () => {
    for (const verb of ['show', 'rollback']) {
      expect(await shell.run(['runs', verb])).toMatchObject({ code: 0, result: { run: null } })
    }
    expectNothingDone()
  })
})

describe('another account', () => {
  it.skipIf(!superuser)('is refused: 77', async () => {
    const unseen = await shell.run(['nxbackup'], { uid: stranger, input: '/tmp/never.tar.zst\ny\n' })
    expect([unseen.code, unseen.problem]).toEqual([77, 'domain-file-forbidden'])
    chmodSync(shell.root, 0o755)
    chmodSync(shell.config, 0o644)
    const hidden = await shell.run(['nxbackup'], { uid: stranger, input: '/tmp/never.tar.zst\ny\n' })
    expect([hidden.code, hidden.problem]).toEqual([77, 'superuser-only'])
    const whole = await shell.run(['backup', '--server', 'hq-mas', '--to', out, '--yes'], { uid: stranger })
    expect([whole.code, whole.problem]).toEqual([77, 'not-permitted'])
    expectNothingDone()
  })
})

describe('nxbackup', () => {
  const answers = (path: string, sure = 'y') => ({ input: `${path}\n${sure}\n` })

  it('is refused while a service of that server runs, naming it: 12', async () => {
    const ended = await shell.run(['nxbackup'], answers(join(out, 'a.tar.zst')))
    expect([ended.code, ended.problem]).toEqual([12, 'service-running'])
    expect(ended.stderr).toContain('Object Server, アドレスサービス, サーバ, Scheduler')
    expect(ended.stderr).not.toContain('スペシャルファイル')
    expectNothingDone()
  })

  it('of a stopped server: refuses what it cannot write, and every answer but y', async () => {
    expect(await shell.run(['stop', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
    before = shell.snapshot()
    writeFileSync(join(out, 'mine.tar.zst'), 'mine')
    const path = join(out, 'a.tar.zst')
    const cases: readonly (readonly [string, number, string])[] = [
      ['out/a.tar.zst\ny\n', 64, 'path-relative'],
      ['\ny\n', 64, 'medium-path-missing'],
      [`${out}/mine.tar.zst\ny\n`, 12, 'medium-exists'],
      [`${out}/a.zip\ny\n`, 64, 'archive-name-ending'],
      [`${shell.base}/no/a.tar.zst\ny\n`, 12, 'medium-folder-missing'],
      [`${path}\nn\n`, 130, 'answer-no'],
      [`${path}\n\n`, 130, 'answer-no'],
      [`${path}\nyes\n`, 130, 'answer-no'],
      [`${path}\n`, 64, 'answer-missing'],
      ['', 64, 'answer-missing'],
    ]
    for (const [input, code, problem] of cases) {
      const ended = await shell.run(['nxbackup'], { input })
      expect([input, ended.code, ended.problem]).toEqual([input, code, problem])
      expectNothingDone(['mine.tar.zst'])
    }
  })

  it('into a folder without write permission: 12', async () => {
    const locked = join(shell.base, 'locked')
    mkdirSync(locked, { mode: 0o555 })
    if (!superuser) {
      const refused = await shell.run(['nxbackup'], answers(join(locked, 'a.tar.zst')))
      expect([refused.code, refused.problem]).toEqual([12, 'medium-not-writable'])
      expect(readdirSync(locked)).toEqual([])
      return
    }
    // No folder is locked for the superuser: the account of another domain is.
    const folder = join(shell.base, 'theirs')
    mkdirSync(folder)
    chownSync(folder, stranger, stranger)
    const root = join(folder, 'sample')
    const made = await shell.plain(['domain', 'init', '--root', root, '--users', '3', '--mails', '3'], {
      uid: stranger,
    })
    expect(made.code).toBe(0)
    const config = loadDomain(join(root, 'untenseki.yaml')).file
    const words = ['nxbackup', '--config', config, '--json']
    const refused = await shell.plain(words, { uid: stranger, ...answers(join(locked, 'a.tar.zst')) })
    expect([refused.code, refused.problem]).toEqual([12, 'medium-not-writable'])
    const copied = await shell.plain(words, { uid: stranger, ...answers(join(folder, 'a.tar.zst')) })
    expect(copied.code).toBe(0)
    expect(readdirSync(locked)).toEqual([])
  })

  it('to a good name writes an archive; what is done to it afterwards is found', async () => {
    const path = join(out, 'a.tar.zst')
    expect(await shell.run(['nxbackup'], answers(path))).toMatchObject({ code: 0 })
    const whole = readFileSync(path)
    const flipped = Buffer.from(whole)
    const middle = Math.floor(whole.length / 2)
    flipped.writeUInt8(flipped.readUInt8(middle) ^ 1, middle)
    const damaged: readonly (readonly [string, Buffer])[] = [
      ['flipped.tar.zst', flipped],
      ['short.tar.zst', whole.subarray(0, whole.length - 100)],
      ['half.tar.zst', whole.subarray(0, middle)],
      ['empty.tar.zst', Buffer.alloc(0)],
      ['text.tar.zst', Buffer.from('no archive at all\n'.repeat(100))],
    ]
    for (const [name, bytes] of damaged) {
      writeFileSync(join(out, name), bytes)
      const verified = await shell.run(['verify', join('out', name)])
      expect([name, verified.code]).toEqual([name, 13])
      expect(verified.problem).toMatch(/^archive-/)
      if (name === 'flipped.tar.zst') continue
      expect([name, (await shell.run(['list', join(out, name)])).code]).toEqual([name, 13])
    }
    expect(await shell.run(['verify', path])).toMatchObject({ code: 0 })
  })
})
