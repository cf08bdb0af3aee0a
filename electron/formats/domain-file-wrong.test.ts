import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../shared/model/problem.ts'
import { loadDomain, parseDomain } from './domain-file.ts'
import { changed, file, good, programs, recipient } from './testing/domain-text.ts'
import { problemOf, withFolder } from './testing/sample.ts'

type Row = readonly [what: string, text: string, line: number, key: string, expected: RegExp]

const rows: readonly Row[] = [
  [
    'an unknown key',
    changed('    layout: aix', '    layout: aix\n    colour: red'),
    17,
    'servers[2].colour',
    /name, host, site, roles/,
  ],
  ['an unknown key at the top', `${good}medium: []\n`, 25, 'medium', /domain, servers, folders/],
  [
    'an unknown key of a service',
    changed('port: 2525', 'port: 2525, prot: 1'),
    11,
    'servers[1].services[3].prot',
    /id, kind/,
  ],
  ['no master', changed('[master, mail]', '[address, mail]'), 2, 'servers', /exactly one .* master/],
  ['two masters', changed('roles: [address]', 'roles: [master]'), 15, 'servers[2].roles', /exactly one .* master/],
  ['a host twice', changed('host: tk-ml1', 'host: hq-mas'), 14, 'servers[2].host', /no other server/],
  ['a host twice in other letters', changed('host: tk-ml1', 'host: HQ-mas'), 14, 'servers[2].host', /no other server/],
  ['a host with an underscore', changed('tk-ml1', 'tk_ml1'), 14, 'servers[2].host', /half-width letters/],
  ['a host in full-width letters', changed('host: tk-ml1', 'host: \uFF54\uFF4B'), 14, 'servers[2].host', /half-width/],
  [
    'a host that leaves its folder',
    changed('host: tk-ml1', 'host: ..'),
    14,
    'servers[2].host',
    /beginning with a letter/,
  ],
  ['a host of 256 characters', changed('host: tk-ml1', `host: ${'a'.repeat(256)}`), 14, 'servers[2].host', /1 to 255/],
  ['a host that is a number', changed('host: tk-ml1', 'host: 12'), 14, 'servers[2].host', /half-width/],
  ['a service id twice', changed('id: sch', 'id: srv'), 12, 'servers[1].services[4].id', /no other service/],
  [
    'services out of order',
    changed('{id: obj, kind: object-server', '{id: obj, kind: dependent'),
    10,
    'servers[1].services[2].kind',
    /start order/,
  ],
  [
    'two Object Servers',
    changed('{id: adr, kind: address-service', '{id: adr, kind: object-server'),
    10,
    'servers[1].services[2].kind',
    /only one object-server/,
  ],
  [
    'a mail server without server',
    changed('kind: server', 'kind: dependent').replace(', port: 2525', ''),
    8,
    'servers[1].services',
    /kind server/,
  ],
  [
    'an unknown kind',
    changed('kind: dependent', 'kind: printer'),
    12,
    'servers[1].services[4].kind',
    /one of object-server/,
  ],
  [
    'an unknown driver',
    changed('name: Scheduler, driver: embedded', 'driver: ssh'),
    12,
    'servers[1].services[4].driver',
    /embedded/,
  ],
  ['a port out of range', changed('2525', '65536'), 11, 'servers[1].services[3].port', /1 to 65535/],
  ['a port of 0', changed('2525', '0'), 11, 'servers[1].services[3].port', /1 to 65535/],
  ['a port that is text', changed('2525', 'smtp'), 11, 'servers[1].services[3].port', /whole number/],
  ['no port for SMTP', changed(', port: 2525', ''), 11, 'servers[1].services[3]', /a port/],
  ['a port where none is used', changed('name: Scheduler', 'port: 2526'), 12, 'servers[1].services[4].port', /no port/],
  ['a relative prefix', changed('/srv/unten/tk-ml1', 'srv/tk'), 17, 'servers[2].prefix', /absolute/],
  ['a relative folder', changed('/run/unten', './run'), 23, 'folders.sockets', /absolute/],
  [
    'a relative extra target',
    `${changed('    layout: aix', '    layout: aix\n    extraTargets:\n      - /opt/a\n      - opt/b')}`,
    19,
    'servers[2].extraTargets[2]',
    /absolute/,
  ],
  ['a path with a NUL', changed('/run/unten', '"/run/\\0"'), 23, 'folders.sockets', /absolute/],
  ['an unknown layout', changed('layout: aix', 'layout: linux'), 16, 'servers[2].layout', /hi-ux, hp-ux, aix/],
  ['a role twice', changed('[master, mail]', '[master, master]'), 5, 'servers[1].roles', /none twice/],
  [
    'an unknown role',
    changed('[master, mail]', '[master, print]'),
    5,
    'servers[1].roles[2]',
    /master, address and mail/,
  ],
  [
    'no servers',
    'domain: a\nservers: []\nfolders: {state: /a, sockets: /b, backups: /c}\n',
    2,
    'servers',
    /at least one server/,
  ],
  ['folders missing', good.slice(0, good.indexOf('folders:')), 1, 'folders', /state, sockets, backups/],
  ['a name of nothing', changed('name: 東京メール', 'name: "  "'), 13, 'servers[2].name', /1 to 128/],
  [
    'a server that is text',
    'domain: a\nservers:\n  - x\nfolders: {state: /a, sockets: /b, backups: /c}\n',
    3,
    'servers[1]',
    /a map with/,
  ],
  ['a list at the top', '- a\n', 1, '', /a map with/],
  ['nothing', '', 1, '', /a map with/],
  ['comments alone', '# nothing\n\n', 1, '', /a map with/],
  [
    'the same root twice',
    changed('layout: aix\n    prefix: /srv/unten/tk-ml1', 'layout: hi-ux\n    prefix: /srv/unten/hq-mas'),
    17,
    'servers[2].prefix',
    /overlaps no other/,
  ],
  [
    'archives inside a target',
    changed('/srv/unten/backups', '/srv/unten/hq-mas/usr/GroupMail/nxudir/b'),
    24,
    'folders.backups',
    /outside every/,
  ],
  ['sockets too deep', changed('/run/unten', `/run/${'s'.repeat(100)}`), 23, 'folders.sockets', /93 bytes/],
  [
    'a lease shorter than its heartbeat',
    `${good}lease:\n  ttlMs: 4000\n`,
    25,
    'lease.heartbeatMs',
    /shorter than ttlMs/,
  ],
  ['a limit of nothing', `${good}limits:\n  stopTimeoutMs: 0\n`, 26, 'limits.stopTimeoutMs', /milliseconds/],
  [
    'a mail without recipients',
    `${good}notifications:\n  mail: {host: m, from: a@b, to: []}\n`,
    26,
    'notifications.mail.to',
    /at least one/,
  ],
  [
    'a mail address with a line break',
    `${good}notifications:\n  mail: {host: m, from: "a@b\\nBcc: x@y", to: [a@b]}\n`,
    26,
    'notifications.mail.from',
    /mail address/,
  ],
  [
    'a user without a password',
    `${good}notifications:\n  mail: {host: m, from: a@b, to: [a@b], user: u, tls: tls}\n`,
    26,
    'notifications.mail',
    /one of passwordFile/,
  ],
  [
    'a password sent where anyone can read it',
    `${good}notifications:\n  mail: {host: m, from: a@b, to: [a@b], user: u, passwordFile: /etc/p}\n`,
    26,
    'notifications.mail',
    /starttls or tls/,
  ],
  [
    'a program for the Object Server',
    changed('{id: obj, kind: object-server, driver: embedded}', '{id: obj, kind: object-server, driver: command}'),
    9,
    'servers[1].services[1].driver',
    /only for the kinds server,dependent/,
  ],
  [
    'the driver command without programs',
    changed('name: Scheduler, driver: embedded', 'name: Scheduler, driver: command'),
    12,
    'servers[1].services[4]',
    /commands \(start, stop, status\)/,
  ],
  [
    'programs of an embedded service',
    changed('name: Scheduler, driver: embedded', `name: Scheduler, driver: embedded, commands: ${programs}`),
    12,
    'servers[1].services[4].commands',
    /and only then/,
  ],
  [
    'a program by its name alone',
    changed('name: Scheduler, driver: embedded', 'name: S, driver: command, commands: {start: [service, x]}'),
    12,
    'servers[1].services[4].commands.start[1]',
    /absolute path/,
  ],
  [
    'a CA for mail without TLS',
    `${good}notifications:\n  mail: {host: m, from: a@b, to: [a@b], caFile: /etc/ca.pem}\n`,
    26,
    'notifications.mail.caFile',
    /tls: starttls or tls/,
  ],
  [
    'a CA by a path that is not absolute',
    `${good}notifications:\n  mail: {host: m, from: a@b, to: [a@b], tls: tls, caFile: ca.pem}\n`,
    26,
    'notifications.mail.caFile',
    /absolute path/,
  ],
  [
    'a password in the file itself',
    `${good}notifications:\n  mail: {host: m, from: a@b, to: [a@b], password: x}\n`,
    26,
    'notifications.mail.password',
    /passwordFile/,
  ],
  [
    "a shell's line as command",
    `${good}notifications:\n  command: [mail -s x]\n`,
    26,
    'notifications.command',
    /absolute path/,
  ],
  [
    'an unknown kind of notice',
    `${good}notifications:\n  on: [always]\n`,
    26,
    'notifications.on[1]',
    /failure, warning/,
  ],
  ['a record size', `${good}media:\n  recordBytes: 1000\n`, 26, 'media.recordBytes', /multiple of 512/],
  [
    'a recipient',
    `${good}media:\n  encryption: {recipients: [AGE-SECRET-KEY-1]}\n`,
    26,
    'media.encryption.recipients[1]',
    /age1/,
  ],
  [
    'a recipient with a slip of the pen',
    `${good}media:\n  encryption:\n    recipients:\n      - ${recipient}\n      - ${recipient.slice(0, -1)}q\n`,
    29,
    'media.encryption.recipients[2]',
    /checksum/,
  ],
  ['a place', `${good}media:\n  secondCopy: {to: x}\n`, 26, 'media.secondCopy.to', /absolute path/],
  ['a policy without last', `${good}media:\n  retention: {daily: 1}\n`, 26, 'media.retention.last', /from 1/],
  ['an unknown policy', `${good}policies:\n  verify: never\n`, 26, 'policies.verify', /before-start, after-start/],
]

describe('a wrong domain file is refused with file, line, key and what was expected (78):', () => {
  test.each(rows)('%s', (_, text, line, key, expected) => {
    const found = problemOf(() => parseDomain(text, file))
    expect(found).toMatchObject({ code: 'domain-file-wrong', exitCode: 78, params: { file, line, key } })
    expect(found.params.expected).toMatch(expected)
    expect(found.message.ja).toContain(`「${file}」の${line}行目`)
    expect(found.message.en).toContain(`line ${line}`)
    expect(found.remedy.en).toContain(String(found.params.expected))
    expect(found.remedy.ja).toContain(String(found.params.expectedJa))
  })

  test.each([
    ['no YAML', changed('roles: [address]', 'roles: [address'), 16],
    ['a key twice', changed('    layout: aix', '    layout: aix\n    layout: aix'), 17],
    ['an unknown tag', changed('layout: aix', 'layout: !x aix'), 16],
    ['an alias of nothing', changed('roles: [address]', 'roles: *nothing'), 15],
    ['two documents', `${good}---\n${good}`, 25],
    ['a tab as indent', changed('    layout: aix', '\tlayout: aix'), 16],
  ])('%s', (_, text, line) => {
    const found = problemOf(() => parseDomain(text, file))
    expect(found).toMatchObject({ code: 'domain-file-syntax', exitCode: 78, params: { file, line } })
  })

  test('a file that cannot be read, or is no text', () =>
    withFolder((folder) => {
      mkdirSync(join(folder, 'folder.yaml'))
      writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0xff]))
      for (const name of ['folder.yaml', 'latin.yaml', 'none.yaml']) {
        const path = join(folder, name)
        expect(problemOf(() => loadDomain(path))).toMatchObject({
          code: 'domain-file-unreadable',
          exitCode: 78,
          params: { file: path },
        })
      }
    }))

  test('and no text at all makes anything else happen', () => {
    const refusedOrRead = (text: string) => {
      try {
        parseDomain(text, file)
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError)
        expect((error as ProblemError).problem.exitCode).toBe(78)
        expect((error as ProblemError).problem.params.line).toBeGreaterThanOrEqual(1)
      }
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), refusedOrRead))
    fc.assert(fc.property(fc.json(), refusedOrRead))
    const lines = good.split('\n')
    const piece = fc.oneof(
      fc.constantFrom(...lines, '<<: *a', '&a', '? [a]: b', '__proto__: 1', '!!set {a}'),
      fc.string(),
    )
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => refusedOrRead(pieces.join('\n'))))
    const edit = fc.record({ at: fc.nat(good.length), remove: fc.nat(12), insert: fc.string({ maxLength: 6 }) })
    const edited = edit.map(({ at, remove, insert }) => good.slice(0, at) + insert + good.slice(at + remove))
    fc.assert(fc.property(edited, refusedOrRead), { numRuns: 400 })
    for (const depth of [500, 5_000, 100_000]) {
      refusedOrRead('['.repeat(depth))
      refusedOrRead('['.repeat(depth) + ']'.repeat(depth))
    }
    refusedOrRead(`a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `k${i}: &b${i} [*a,*a,*a,*a]`).join('\n')}`)
  })
})
