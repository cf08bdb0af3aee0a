import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { MailSettings, Notice } from '../../../shared/model/notification.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import { type Authority, makeAuthority } from '../../formats/testing/certificates.ts'
import { mailNotifier } from './mail.ts'

// Defects that break it: a password that goes over the wire in the clear, a server that is believed although nobody vouches for
// it, a demand for TLS that an answer without STARTTLS talks out of it.
const secret = 'himitsu-4711'
const secrets = [secret, Buffer.from(secret).toString('base64'), Buffer.from(`\0ops\0${secret}`).toString('base64')]
const notice: Notice = {
  kind: 'failure',
  domain: '本社ドメイン',
  hosts: ['hq-mas'],
  at: '2026-11-22T02:00:00.000Z',
  runId: null,
  exitCode: 3,
  problem: 'port-in-use',
  subject: '[untenseki] 失敗: hq-mas',
  text: 'サービスが停止しています\n',
}
type Tls = 'starttls' | 'tls'
const both: readonly Tls[] = ['starttls', 'tls']

let folder: string
let authority: Authority
let stranger: Authority
let passwordFile: string
const open: { close(done: () => void): void }[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unt-mail-tls-'))
  authority = makeAuthority(folder, 'site-ca')
  stranger = makeAuthority(folder, 'other-ca')
  passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${secret}\n`)
  chmodSync(passwordFile, 0o600)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const one of open.splice(0)) await new Promise<void>((resolve) => one.close(resolve))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Post {
  readonly settings: MailSettings
  /** Who logged on, over TLS or not, and what came in. */
  readonly logins: { readonly user: string; readonly secure: boolean }[]
  readonly mails: string[]
  /** Every byte that went over the wire. */
  wire(): string
}

/** A mail server with that certificate, reached through a wire that is listened to. */
async function post(
  tls: Tls,
  files: { key: string; cert: string } | null,
  change: Partial<MailSettings>,
): Promise<Post> {
  const logins: Post['logins'] = []
  const mails: string[] = []
  const server = new SMTPServer({
    secure: tls === 'tls',
    ...(files ? { key: readFileSync(files.key), cert: readFileSync(files.cert) } : { disabledCommands: ['STARTTLS'] }),
    // It would take the password in the clear: what keeps it back is the sender.
    allowInsecureAuth: true,
    logger: false,
    onAuth({ username = '', password }, { secure }, done) {
      logins.push({ user: username, secure })
      done(password === secret ? null : new Error('wrong password'), { user: username })
    },
    onData(stream, _session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      stream.on('end', () => {
        mails.push(text)
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const seen: Buffer[] = []
  const wire: Server = createServer((client) => {
    const behind = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.on('data', (piece) => seen.push(piece))
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  open.push(wire, server)
  return {
    settings: {
      host: 'localhost',
      port: (wire.address() as AddressInfo).port,
      tls,
      from: 'untenseki@hq.example',
      to: ['a@ops.example'],
      user: 'ops',
      passwordFile,
      passwordCommand: null,
      caFile: authority.file,
      ...change,
    },
    logins,
    mails,
    wire: () => Buffer.concat(seen).toString('latin1'),
  }
}

const send = (settings: MailSettings) => mailNotifier(settings, process.env).send(notice, AbortSignal.timeout(20_000))

describe.each(both)('over %s', (tls) => {
  it.each([
    ['a host name', 'localhost', 'DNS:localhost'],
    ['an address', '127.0.0.1', 'IP:127.0.0.1'],
  ])('a mail reaches a server whose certificate the named CA signed, by %s', async (_, host, altName) => {
    const at = await post(tls, authority.issue(`good-${tls}`, altName), { host })
    await send(at.settings)
    expect(at.logins).toEqual([{ user: 'ops', secure: true }])
    expect(at.mails).toHaveLength(1)
    expect(at.mails[0]).toMatch(/^From: untenseki@hq\.example/m)
    for (const each of [...secrets, 'ops.example']) expect(at.wire()).not.toContain(each)
  })

  it.each([
    ['another CA signed', () => stranger.issue(`strange-${tls}`, 'DNS:localhost'), {}, /verify the first certificate/],
    [
      'no known CA signed',
      () => authority.issue(`unknown-${tls}`, 'DNS:localhost'),
      { caFile: null },
      /verify the first certificate/,
    ],
    ['has expired', () => authority.issue(`old-${tls}`, 'DNS:localhost', -1), {}, /expired/],
    ['is of another host', () => authority.issue(`other-${tls}`, 'DNS:mail.example'), {}, /altnames/],
  ] as const)('a server whose certificate %s gets neither password nor mail', async (_, files, change, text) => {
    // What a careless environment says does not count.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const at = await post(tls, files(), change)
    const found = await send(at.settings).then(() => null, toProblem)
    expect(found).toMatchObject({ code: 'mail-untrusted', exitCode: 1, params: { text: expect.stringMatching(text) } })
    expect(found?.remedy.en).toContain('caFile')
    expect([at.logins, at.mails]).toEqual([[], []])
    for (const each of secrets) expect(at.wire()).not.toContain(each)
  })
})

it('a server that offers no STARTTLS gets no password, whoever took the offer away', async () => {
  const at = await post('starttls', null, {})
  expect(await send(at.settings).then(() => null, toProblem)).toMatchObject({ code: 'notify-failed' })
  expect([at.logins, at.mails]).toEqual([[], []])
  expect(at.wire()).toContain('STARTTLS')
  for (const each of secrets) expect(at.wire()).not.toContain(each)
})

it('a CA file that is gone since is told, and nothing is sent', async () => {
  const at = await post('tls', authority.issue('gone', 'DNS:localhost'), { caFile: join(folder, 'gone-ca.pem') })
  expect(await send(at.settings).then(() => null, toProblem)).toMatchObject({
    code: 'notify-failed',
    params: { text: expect.stringContaining('gone-ca.pem') },
  })
  expect([at.logins, at.wire()]).toEqual([[], ''])
})

it('openssl finds nothing wrong with what the tests call good', () => {
  const { cert } = authority.issue('checked', 'DNS:localhost')
  expect(spawnSync('openssl', ['verify', '-CAfile', authority.file, cert]).status).toBe(0)
})
