import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mailFolder } from '../../formats/layout.ts'
import { makeTestDomain, type TestDomain } from '../testing/sample.ts'

const swaksThere = spawnSync('swaks', ['--version']).status === 0

describe('server (mail)', () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain({ mails: 0 })
    await test.start('tk-ml1')
  }, 60_000)
  afterAll(() => test?.remove())

  const send = async (to: string[], text = 'こんにちは') => {
    const transport = createTransport({ host: '127.0.0.1', port: test.service('tk-ml1', 'server').port ?? 0 })
    try {
      return await transport.sendMail({ from: 'u00001@hq-mas', to, subject: '件名', text })
    } finally {
      transport.close()
    }
  }
  const box = (user: string) => join(mailFolder(test.server('tk-ml1')), user)
  const mailsOf = (user: string): string[] => {
    try {
      return readdirSync(box(user))
    } catch {
      return []
    }
  }
  const codeOf = (work: Promise<unknown>): Promise<number | null> =>
    work.then(
      () => null,
      (error) => error.responseCode,
    )

  it('stores one file a mail and recipient before it says 250', async () => {
    await send(['u00002@tk-ml1', 'U00003@anywhere.example'], `本文 ${'あ'.repeat(100_000)}`)
    for (const user of ['u00002', 'u00003']) {
      const [name = '', ...others] = mailsOf(user)
      expect(others).toEqual([])
      expect(name).toMatch(/^\d+-[0-9a-f]{12}\.eml$/)
      expect(readFileSync(join(box(user), name), 'latin1')).toContain('Subject: =?UTF-8?')
    }
    expect(readdirSync(join(mailFolder(test.server('tk-ml1')), '.incoming'))).toEqual([])
  })

  it('says 550 to an unknown user, and takes a user from the moment of its registration', async () => {
    expect(await codeOf(send(['nobody@tk-ml1']))).toBe(550)
    expect(await codeOf(send(['../u00002@tk-ml1']))).not.toBeNull()
    expect(mailsOf('nobody')).toEqual([])
    await test.start('hq-mas', 'object-server', 'address-service')
    await test.directory('hq-mas').names.register({ kind: 'user', name: '新人', id: 'newcomer' }, 'gmadmin')
    await expect.poll(() => codeOf(send(['newcomer@tk-ml1'])), { timeout: 20_000 }).toBeNull()
    expect(mailsOf('newcomer').length).toBe(1)
  })

  it('says 451 while the address service is down, and serves again after it', async () => {
    test.kill('tk-ml1', 'address-service')
    await expect.poll(() => codeOf(send(['u00002@tk-ml1'])), { timeout: 20_000 }).toBe(451)
    await test.start('tk-ml1', 'address-service')
    expect(await codeOf(send(['u00002@tk-ml1']))).toBeNull()
  })

  it.skipIf(!swaksThere)('takes a mail from swaks, and answers it 550 for an unknown user', () => {
    const swaks = (to: string) => {
      const server = `127.0.0.1:${test.service('tk-ml1', 'server').port}`
      return spawnSync('swaks', ['--server', server, '--from', 'u00001@hq-mas', '--to', to], { encoding: 'utf8' })
    }
    const before = mailsOf('u00004').length
    const taken = swaks('u00004@tk-ml1')
    expect(taken.status, taken.stdout).toBe(0)
    expect(mailsOf('u00004').length).toBe(before + 1)
    const refused = swaks('nobody@tk-ml1')
    expect(refused.stdout).toMatch(/<\*\* 550 /)
    expect(refused.status).not.toBe(0)
  })
})
