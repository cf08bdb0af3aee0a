import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a password in a log or a record, a file that others can read, a domain file that anyone could
// have written, a state folder that somebody else laid out for us.
let shell: Shell
let good: string
const superuser = process.getuid?.() === 0
const secret = 'kagi-wa-himitsu-0815'
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  good = readFileSync(shell.config, 'utf8')
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

/** Every file below a folder that is none of a server's own data. */
function files(folder: string): readonly string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).map((name) => join(folder, name))
}

/** Of every process that runs now. */
function commandLines(): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      return [readFileSync(`/proc/${name}/cmdline`, 'latin1')]
    } catch {
      return []
    }
  })
}

describe('a secret', () => {
  it('stands in nothing that a run writes or says, although the mail server repeats it', async () => {
    const server = new SMTPServer({
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ password }, _, done) => done(new Error(`${password} is wrong`)),
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.server.address() as AddressInfo
    const passwordFile = join(shell.base, 'password')
    writeFileSync(passwordFile, `${secret}\n`, { mode: 0o600 })
    const mail = `{host: 127.0.0.1, port: ${port}, from: a@b, to: [c@d], user: ops, passwordFile: ${passwordFile}}`
    writeFileSync(
      shell.config,
      `${good.replace(/\nnotifications:[\s\S]*$/, '\n')}notifications:\n  on: [success]\n  mail: ${mail}\n`,
    )
    const to = join(shell.backups, 'a.tar.zst')
    const words = ['backup', '--server', 'hq-mas', '--to', to, '--yes', '--log-level', 'debug']
    const seen = new Set<string>()
    const looking = setInterval(() => {
      for (const line of commandLines()) seen.add(line)
    }, 100)
    const ended = await shell.run(words)
    clearInterval(looking)
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('People could not be told')])
    expect([...seen].some((line) => line.includes('a.tar.zst'))).toBe(true)
    const services = Object.values(shell.snapshot().pids)
    const inherited = services.map((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1'))
    expect(ended.stderr).toContain('***')
    const said = [
      ended.stdout,
      ended.stderr,
      ...seen,
      ...inherited,
      ...files(join(shell.root, 'state'))
        .filter(isFile)
        .map((file) => readFileSync(file, 'latin1')),
    ]
    for (const text of said) {
      for (const form of [secret, Buffer.from(secret).toString('base64')]) expect(text).not.toContain(form)
    }
    await new Promise<void>((resolve) => server.close(resolve))
    writeFileSync(shell.config, good)
  })

  it('could not be read from what was made: files 0600, folders 0700', async () => {
    const { rows } = await shell.run(['runs', 'list'])
    const report = join(shell.base, 'report.html')
    const words = ['runs', 'export', String(rows[0]?.runId), '--format', 'html', '--lang', 'ja', '--to', report]
    expect(await shell.run(words)).toMatchObject({ code: 0 })
    expect(readFileSync(report, 'utf8')).toMatch(/<html lang="ja">[\s\S]*SHA-256/)
    expect(await shell.run(words)).toMatchObject({ code: 12, problem: 'report-failed' })
    const made = [...files(join(shell.root, 'state')), ...files(shell.backups), report, shell.config]
    const open = made.filter((path) => !lstatSync(path).isSymbolicLink() && (statSync(path).mode & 0o077) !== 0)
    expect(open).toEqual([])
    expect(made.length).toBeGreaterThan(5)
  })
})

describe('runs export', () => {
  it('writes JSON and text to standard output, and refuses what it does not know', async () => {
    const { rows } = await shell.run(['runs', 'list'])
    const id = String(rows[0]?.runId)
    const json = await shell.plain(['runs', 'export', id, '--format', 'json', '--config', shell.config])
    expect(JSON.parse(json.stdout)).toMatchObject({ runId: id, outcome: 'done' })
    const text = await shell.plain(['runs', 'export', id, '--lang', 'ja', '--config', shell.config])
    expect(text.stdout).toContain('自動バックアップ')
    expect(await shell.run(['runs', 'export', id, '--format', 'pdf'])).toMatchObject({ code: 64 })
    expect(await shell.run(['runs', 'export', id, '--lang', 'fr'])).toMatchObject({ code: 64 })
    expect(await shell.run(['runs', 'export', '20200101T000000Z-000000'])).toMatchObject({
      code: 64,
      problem: 'run-unknown',
    })
    expect(await shell.run(['runs', 'export'])).toMatchObject({ code: 0, result: { run: null } })
  })
})

describe('a place that is not ours', () => {
  const refused = async (code: number, problem: string) => {
    for (const words of [['servers'], ['start', '--server', 'hq-mas']]) {
      const ended = await shell.run(words)
      expect([words, ended.code, ended.problem]).toEqual([words, code, problem])
    }
  }

  it('is a domain file that everyone may write, or may put another in its place', async () => {
    chmodSync(shell.config, 0o602)
    await refused(78, 'domain-file-open')
    chmodSync(shell.config, 0o660)
    expect(await shell.run(['servers'])).toMatchObject({ code: 0 })
    chmodSync(shell.config, 0o600)
    chmodSync(shell.root, 0o777)
    await refused(78, 'domain-file-open')
    chmodSync(shell.root, 0o700)
  })

  it('is a state folder that everyone may write', async () => {
    const state = join(shell.root, 'state')
    chmodSync(state, 0o702)
    await refused(77, 'folder-foreign')
    chmodSync(state, 0o700)
    expect(await shell.run(['servers'])).toMatchObject({ code: 0 })
  })

  it.skipIf(!superuser)('is a folder that belongs to somebody else', async () => {
    const theirs = join(shell.base, 'theirs')
    mkdirSync(theirs)
    chownSync(theirs, 65_534, 65_534)
    for (const key of ['state', 'sockets']) {
      writeFileSync(shell.config, good.replace(new RegExp(`${key}: .*`), `${key}: ${theirs}`))
      await refused(77, 'folder-foreign')
    }
    expect(readdirSync(theirs)).toEqual([])
    writeFileSync(shell.config, good)
  })
})

function isFile(path: string): boolean {
  return lstatSync(path).isFile()
}
