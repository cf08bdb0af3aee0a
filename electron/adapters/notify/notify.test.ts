import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MailSettings, Notice } from '../../../shared/model/notification.ts'
import { createTeller } from '../../core/notify/teller.ts'
import type { Notifier } from '../../core/ports/notifier.ts'
import { systemClock } from '../platform/clock.ts'
import { commandNotifier } from './command.ts'
import { mailNotifier } from './mail.ts'
import { toldFile } from './told-file.ts'

// Defects that break it: a password in an argument or an error, a mail without its Japanese, a hanging server that
// keeps a command from ending, a program read by a shell.
const notice: Notice = {
  kind: 'failure',
  domain: '本社ドメイン',
  hosts: ['hq-mas'],
  at: '2026-11-22T02:00:00.000Z',
  runId: '20261122T020000Z-abcdef',
  exitCode: 3,
  problem: 'port-in-use',
  subject: '[untenseki] 失敗: hq-mas',
  text: 'サービスが停止しています\n.\n終わり\n',
}
const secret = 'himitsu-4711'
const mails: { from: string; to: readonly string[]; text: string; user: string | null }[] = []
let folder: string
let server: SMTPServer
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unt-notify-'))
  server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      password === secret ? done(null, { user: username }) : done(new Error(`wrong password ${password}`)),
    onData(stream, session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push({ from, to: rcptTo.map(({ address }) => address), text, user: session.user ?? null })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.server.address() as AddressInfo).port
})
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const mail = (change: Partial<MailSettings> = {}): MailSettings => ({
  host: '127.0.0.1',
  port,
  tls: 'none',
  from: 'untenseki@hq.example',
  to: ['a@ops.example', 'b@ops.example'],
  user: null,
  passwordFile: null,
  passwordCommand: null,
  caFile: null,
  ...change,
})
const send = (notifier: Notifier, ms = 20_000) => notifier.send(notice, AbortSignal.timeout(ms))
const passwordFile = (text: string, mode: number) => {
  const file = join(folder, `password-${mode.toString(8)}`)
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

describe('a mail', () => {
  it('reaches every recipient with its Japanese whole', async () => {
    await send(mailNotifier(mail(), process.env))
    const got = mails.at(-1)
    expect(got).toMatchObject({ from: 'untenseki@hq.example', to: ['a@ops.example', 'b@ops.example'], user: null })
    const [, encoded = ''] = got?.text.split('\r\n\r\n') ?? []
    const decoded = /base64/i.test(got?.text ?? '')
      ? Buffer.from(encoded, 'base64').toString()
      : encoded
          .replace(/=\r\n/g, '')
          .replace(/(?:=[0-9A-F]{2})+/g, (hex) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString())
    expect(decoded.replaceAll('\r\n', '\n').trim()).toBe(notice.text.trim())
    expect(got?.text).toMatch(/^Subject: =\?UTF-8\?/m)
    expect(got?.text).toMatch(/^Auto-Submitted: auto-generated/m)
  })

  it('logs on with a password from a file, or from a program', async () => {
    await send(mailNotifier(mail({ user: 'ops', passwordFile: passwordFile(`${secret}\nrest\n`, 0o600) }), process.env))
    expect(mails.at(-1)?.user).toBe('ops')
    await send(mailNotifier(mail({ user: 'ops2', passwordCommand: ['/bin/echo', secret] }), process.env))
    expect(mails.at(-1)?.user).toBe('ops2')
  })

  it('tells no secret where the server refuses it and repeats it', async () => {
    const wrong = passwordFile('wrong-secret-99', 0o400)
    const failed = await send(mailNotifier(mail({ user: 'ops', passwordFile: wrong }), process.env)).catch(
      (error: Error) => error,
    )
    expect(failed).toMatchObject({ problem: { code: 'notify-failed', exitCode: 1 } })
    expect(JSON.stringify((failed as { problem?: object }).problem)).not.toContain('wrong-secret-99')
  })

  it.each([
    [
      'a password file that others can read',
      () => mail({ user: 'ops', passwordFile: passwordFile(secret, 0o640) }),
      'secret-file-open',
    ],
    ['no password file', () => mail({ user: 'ops', passwordFile: '/nonexistent/secret' }), 'notify-failed'],
    ['a password program that fails', () => mail({ user: 'ops', passwordCommand: ['/bin/false'] }), 'notify-failed'],
    ['a port where nobody listens', () => mail({ port: 1 }), 'notify-failed'],
    ['a server without the TLS that is demanded', () => mail({ tls: 'starttls' }), 'notify-failed'],
  ] as const)('is not sent with %s', async (_, settings, code) => {
    const before = mails.length
    await expect(send(mailNotifier(settings(), process.env))).rejects.toMatchObject({ problem: { code } })
    expect(mails.length).toBe(before)
  })

  it('waits no longer than it may for a server that says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const quiet = mailNotifier(mail({ port: (silent.address() as AddressInfo).port }), process.env)
    const began = performance.now()
    await expect(send(quiet, 300)).rejects.toMatchObject({ problem: { code: 'notify-failed' } })
    expect(performance.now() - began).toBeLessThan(5_000)
    silent.close()
  })
})

describe('a program', () => {
  it('gets the notice as JSON, and its arguments as they are', async () => {
    const out = join(folder, 'got $(id)')
    await send(commandNotifier(['/bin/sh', '-c', 'cat > "$1"', 'sh', out], process.env))
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(notice)
  })

  it.each([
    ['fails', ['/bin/sh', '-c', 'echo no pager >&2; exit 4'], /4 no pager/],
    ['is not there', ['/nonexistent/pager'], /ENOENT/],
    ['never ends', ['/bin/sleep', '1000'], /aborted/],
  ] as const)('that %s is told so', async (_, argv, text) => {
    const failed = await send(commandNotifier(argv, process.env), 500).catch((error: Error) => error)
    expect(failed).toMatchObject({ problem: { code: 'notify-failed', params: { text: expect.stringMatching(text) } } })
  })
})

describe('telling', () => {
  it('reaches every channel although one fails, says which, and leaves out what is not wanted', async () => {
    const sent: string[] = []
    const logged: string[] = []
    const good: Notifier = { channel: 'good', obstacle: () => null, send: async ({ kind }) => void sent.push(kind) }
    const broken = commandNotifier(['/bin/false'], process.env)
    const options = { on: ['failure', 'missed'], clock: systemClock, told: toldFile(folder) } as const
    const teller = createTeller([broken, good], { ...options, log: ({ event }) => logged.push(event) })
    const seen: string[] = []
    teller.subscribe(({ kind }) => seen.push(kind))
    teller.tell(notice)
    teller.tell({ ...notice, kind: 'success' })
    expect(await teller.settled()).toMatchObject([{ code: 'notify-failed' }])
    expect([sent, seen, logged.sort()]).toEqual([['failure'], ['failure'], ['notify.failed', 'notify.sent']])
    expect(await teller.settled()).toEqual([])

    // Another process knows it too, until that channel is heard again.
    const mended: Notifier = { channel: broken.channel, obstacle: () => null, send: async () => undefined }
    const next = createTeller([mended, good], { ...options, told: toldFile(folder), log: () => undefined })
    expect(next.untold()).toMatchObject([
      { channel: 'command', message: { en: expect.stringContaining('not be told') } },
    ])
    expect(createTeller([good], { ...options, log: () => undefined }).untold()).toEqual([])
    next.tell(notice)
    await next.settled()
    expect([next.untold(), teller.untold()]).toEqual([[], []])
  })

  it.each([
    ['a CA file that is not there', () => mailNotifier(mail({ caFile: '/nonexistent/ca.pem' }), {}), 'ca.pem'],
    ['a CA file without a certificate', () => mailNotifier(mail({ caFile: '/proc/version' }), {}), 'no certificate'],
    [
      'no password file',
      () => mailNotifier(mail({ user: 'ops', passwordFile: '/nonexistent/p' }), {}),
      '/nonexistent/p',
    ],
    [
      'a password file that others can read',
      () => mailNotifier(mail({ user: 'ops', passwordFile: passwordFile(secret, 0o640) }), {}),
      'password-640',
    ],
    ['a program that is not there', () => commandNotifier(['/nonexistent/tell'], {}), '/nonexistent/tell'],
  ])('sees beforehand %s', (_, make, text) => {
    const options = { on: [], clock: systemClock, told: toldFile(folder), log: () => undefined } as const
    const good = [mailNotifier(mail(), {}), commandNotifier(['/bin/cat'], {}), commandNotifier(['cat'], {})]
    const [found, ...others] = createTeller([...good, make()], options).obstacles()
    expect(others).toEqual([])
    expect(found?.message.en).toContain(text)
    expect(JSON.stringify(found)).not.toContain(secret)
  })
})
