import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Domain } from '../../shared/model/domain.ts'
import { loadDomain, parseDomain, renderDomain } from './domain-file.ts'
import { changed, file, good, programs, recipient } from './testing/domain-text.ts'
import { withFolder } from './testing/sample.ts'

describe('a good domain file', () => {
  test('is read with its defaults', () => {
    const domain = parseDomain(good, file)
    expect(domain).toMatchObject({
      name: '本社アドレス管理ドメイン',
      file,
      lease: { ttlMs: 15_000, heartbeatMs: 5_000 },
      limits: {
        startTimeoutMs: 60_000,
        stopTimeoutMs: 60_000,
        retries: 0,
        stopEscalation: 'none',
        downtimeMs: null,
      },
      policies: { verify: 'before-start', recovery: 'ask', discardCover: 2 },
      media: { recordBytes: 1_048_576, secondCopy: null, retention: null, encryption: null },
    })
    expect(domain.servers[0]).toMatchObject({ prefix: '/srv/unten/hq-mas', extraTargets: [] })
    expect(domain.servers.map(({ site }) => site)).toEqual(['本社アドレス管理ドメイン', '本社アドレス管理ドメイン'])
    const apart = parseDomain(changed('    host: tk-ml1', '    host: tk-ml1\n    site: 東京支社'), file)
    expect(apart.servers.map(({ site }) => site)).toEqual(['本社アドレス管理ドメイン', '東京支社'])
    expect(parseDomain(renderDomain(apart), file)).toEqual(apart)
    expect(domain.servers[0]?.services.map(({ name, port }) => [name, port])).toEqual([
      ['Object Server', null],
      ['アドレスサービス', null],
      ['サーバ', 2525],
      ['Scheduler', null],
    ])
  })

  test('is written and read back the same, whatever its names', () => {
    const domain = parseDomain(good, file)
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text) && !/\p{Cs}/u.test(text))
    const number = fc.integer({ min: 2, max: 86_400_000 })
    fc.assert(
      fc.property(name, name, number, fc.constantFrom('before-start', 'after-start'), (text, target, ttlMs, verify) => {
        const [master, other] = domain.servers
        const servers = [{ ...master, name: text, extraTargets: [resolve('/opt', `./${target}`)] }, other]
        const policies = { verify, recovery: 'restart-services', discardCover: 3 }
        const mail = { host: text, port: 465, tls: 'tls', from: 'a@b', to: ['c@d'], user: text, passwordFile: '/etc/p' }
        const notifications = {
          ...domain.notifications,
          mail: { ...mail, passwordCommand: null, caFile: '/etc/ca.pem' },
          command: ['/bin/tell', text],
        }
        const media = {
          recordBytes: 10_240,
          secondCopy: { to: `/${target.replace(/[\uFFFD]/g, '')}`, required: true },
          retention: { last: 3, daily: 7, weekly: 0, monthly: 12 },
          encryption: { recipients: [recipient], identityFile: null, identityCommand: ['/bin/key', text] },
        }
        const lease = { ttlMs, heartbeatMs: ttlMs - 1 }
        const given = { ...domain, name: text, servers, lease, policies, media, notifications } as Domain
        expect(parseDomain(renderDomain(given), file)).toEqual(given)
      }),
    )
    const driven = `name: Scheduler, driver: command, commands: ${programs}`
    const commanded = parseDomain(changed('name: Scheduler, driver: embedded', driven), file)
    expect(commanded.servers[0]?.services[3]?.commands).toMatchObject({ stop: ['/s', 'stop'], pidFile: '/run/s.pid' })
    expect(parseDomain(renderDomain(commanded), file)).toEqual(commanded)
    for (const text of ['営業 \u00a0', 'a\u2028', 'a\ufeff', '- a', '本社\u00a0']) {
      const given = { ...domain, name: text, servers: domain.servers.map((one) => ({ ...one, site: text })) }
      expect(parseDomain(renderDomain(given), file)).toEqual(given)
    }
  })

  test('may use aliases, and is read from a file', () =>
    withFolder((folder) => {
      const path = join(folder, 'untenseki.yaml')
      writeFileSync(path, changed('roles: [master, mail]', 'roles: &all [master, mail]'))
      expect(loadDomain(path).file).toBe(path)
    }))
})
