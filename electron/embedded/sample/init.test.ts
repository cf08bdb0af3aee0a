import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { readStoredPlace } from '../../adapters/directory/stored-position.ts'
import { loadDomain } from '../../formats/domain-file.ts'
import { layoutFolders, mailFolder, serverRoot, serviceSocket } from '../../formats/layout.ts'
import { readPublicInfo } from '../../formats/public-info.ts'
import { backupTargets } from '../../formats/targets.ts'
import { destroySample, initSample } from './init.ts'
import { samplePeople } from './people.ts'
import { markerName } from './structure.ts'

describe('the sample domain', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unt-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const codeOf = async (work: () => unknown) => {
    try {
      await work()
      return null
    } catch (error) {
      return toProblem(error).code
    }
  }

  it('is written whole: three servers with every folder of the manual, databases, users and mails', async () => {
    const root = join(folder, 'sample')
    const domain = loadDomain(await initSample({ root, users: 300, mails: 500 }))
    expect(domain.servers.map(({ name, host }) => [name, host])).toEqual([
      ['本社マスタ', 'hq-mas'],
      ['東京メール', 'tk-ml1'],
      ['大阪メール', 'os-ml1'],
    ])
    const positions = domain.servers.map((server) => readStoredPlace(server)?.position)
    expect(positions[0]?.number).toBe(300 + 28 + 6 + 4)
    expect(positions).toEqual([positions[0], positions[0], positions[0]])
    let mails = 0
    for (const server of domain.servers) {
      for (const name of layoutFolders) expect(readdirSync(join(serverRoot(server), name)).length).toBeGreaterThan(0)
      expect(backupTargets(server).length).toBeGreaterThan(layoutFolders.length)
      for (const user of readdirSync(mailFolder(server))) mails += readdirSync(join(mailFolder(server), user)).length
      const names = readdirSync(join(serverRoot(server), 'nxcdir'), { encoding: 'buffer' })
      expect(names.map((name) => name.toString('hex'))).toContain('c4a2c9bcc0dfc4ea2e747874')
    }
    expect(mails).toBe(500)
    const [master, other] = domain.servers
    if (master === undefined || other === undefined) throw new Error('no servers')
    expect(readPublicInfo(master).mngJournal).toBe(join(root, 'servers/hq-mas/journal'))
    expect(readPublicInfo(other).mngJournal).toBeNull()
    expect(statSync(root).mode & 0o077).toBe(0)
  }, 60_000)

  it('keeps no journal for the master where none is wanted', async () => {
    const domain = loadDomain(await initSample({ root: folder, users: 1, mails: 0, masterJournal: false }))
    const [master] = domain.servers
    expect(master && readPublicInfo(master).mngJournal).toBeNull()
  })

  it('has the same people each time', () => {
    expect(samplePeople(300, ['a', 'b', 'c'])).toEqual(samplePeople(300, ['a', 'b', 'c']))
    const users = samplePeople(300, ['a', 'b', 'c']).filter((one) => one.kind === 'user')
    expect(users[11]).toMatchObject({ id: 'u00012' })
    expect(new Set(users.map((user) => user.host))).toEqual(new Set(['a', 'b', 'c']))
    expect(
      users.every((user) =>
        /^\p{Script=Han}[\p{Script=Han}々]* [\p{Script=Han}\p{Script=Hiragana}]+$/u.test(user.name),
      ),
    ).toBe(true)
  })

  it('refuses a folder with anything in it, and a finished sample', async () => {
    writeFileSync(join(folder, 'mine'), 'x')
    expect(await codeOf(() => initSample({ root: folder }))).toBe('sample-folder-not-empty')
    expect(readdirSync(folder)).toEqual(['mine'])
    rmSync(join(folder, 'mine'))
    await initSample({ root: folder, users: 1, mails: 0 })
    const before = readFileSync(join(folder, 'untenseki.yaml'), 'utf8')
    expect(await codeOf(() => initSample({ root: folder }))).toBe('sample-folder-not-empty')
    expect(readFileSync(join(folder, 'untenseki.yaml'), 'utf8')).toBe(before)
  })

  it('makes anew what an interrupted making left', async () => {
    writeFileSync(join(folder, markerName), '')
    mkdirSync(join(folder, 'servers'))
    writeFileSync(join(folder, 'servers', 'half'), 'x')
    await initSample({ root: folder, users: 1, mails: 0 })
    expect(existsSync(join(folder, 'servers', 'half'))).toBe(false)
  })

  it('is removed only where its marker stands, and only while no service runs', async () => {
    writeFileSync(join(folder, 'mine'), 'x')
    expect(await codeOf(() => destroySample(folder))).toBe('sample-marker-missing')
    expect(existsSync(join(folder, 'mine'))).toBe(true)
    const root = join(folder, 'sample')
    await initSample({ root, users: 1, mails: 0 })
    const pids = join(root, 'state', 'pids')
    mkdirSync(pids)
    const startTicks = execFileSync('cut', ['-d', ' ', '-f', '22', `/proc/${process.pid}/stat`], {
      encoding: 'utf8',
    }).trim()
    const running = { pid: process.pid, startTicks, startedAt: '', phase: 'running', problem: null }
    writeFileSync(join(pids, 'hq-mas.object-server.json'), JSON.stringify(running))
    expect(await codeOf(() => destroySample(root))).toBe('sample-in-use')
    expect(existsSync(join(root, 'untenseki.yaml'))).toBe(true)
    rmSync(pids, { recursive: true })
    destroySample(root)
    expect(existsSync(root)).toBe(false)
    expect(existsSync(join(folder, 'mine'))).toBe(true)
  })

  it('finds a short place for its sockets under a deep root', async () => {
    const root = join(folder, 'x'.repeat(60))
    const domain = loadDomain(await initSample({ root, users: 1, mails: 0 }))
    expect(Buffer.byteLength(serviceSocket(domain, 'hq-mas', 'address-service'))).toBeLessThanOrEqual(107)
    destroySample(root)
  })
})
