import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createArchiveCatalog } from '../../adapters/catalog/archive-catalog.ts'
import { type TestDomain, until } from '../../embedded/testing/sample.ts'
import { publicInfoPath } from '../../formats/layout.ts'
import { type ConsoleKit, openConsoleKit, snapshot } from './testing/console-kit.ts'

let kit: ConsoleKit
let made: TestDomain
const open = () => kit.open()

beforeAll(async () => {
  kit = await openConsoleKit()
  made = kit.made
  const console = await open()
  await console.handlers['run.prepare']({ host: 'hq-mas' })
  await console.handlers['run.all']({ to: join(made.root, 'past.tar.zst') })
  await until(async () => (await snapshot(console)).run?.phase === 'ended')
  expect((await snapshot(console)).run?.state.outcome).toBe('done')
  await console.close()
}, 180_000)
afterAll(() => made.remove(), 60_000)

test('shows what makes a backup due, and a master that archives on record are ahead of', async () => {
  const { file, folders } = made.domain
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.replace('site: 大阪支社', 'site: 神戸支社'))
  const console = await open().finally(() => writeFileSync(file, whole))
  const last = async (host: string) => (await snapshot(console)).backups.last.find((one) => one.host === host)
  await until(async () => (await last('hq-mas'))?.changesSince !== null)
  expect(await last('hq-mas')).toMatchObject({ changesSince: 0, due: [{ reason: 'site-changed', host: 'os-ml1' }] })
  expect(await last('os-ml1')).toMatchObject({ at: null, due: [] })
  const info = publicInfoPath(made.server('hq-mas'))
  const settings = readFileSync(info)
  appendFileSync(info, '# changed\n')
  await until(async () => (await last('hq-mas'))?.due.length === 2)
  expect((await last('hq-mas'))?.due[1]).toEqual({ reason: 'settings-changed', host: 'hq-mas' })
  writeFileSync(info, settings)

  const { directory, backups } = await snapshot(console)
  if (directory.kind !== 'up') throw new Error('the directory is down')
  expect(backups.behind).toBeNull()
  const catalog = join(folders.state, 'catalog', 'archives.jsonl')
  const kept = readFileSync(catalog)
  const { timeline, number } = directory.status.position
  const at = new Date().toISOString()
  const fact = { at, path: '/b/ahead', host: 'tk-ml1', runId: 'r', setId: 'r', bytes: 1, sha256: 'ab' }
  const archives = createArchiveCatalog({ stateFolder: folders.state })
  const sequence = archives.archived({ ...fact, position: { timeline, number: number + 2 } })
  archives.append({ kind: 'verified', sequence, at })
  await until(async () => (await snapshot(console)).backups.behind !== null)
  expect((await snapshot(console)).backups.behind).toMatchObject({
    code: 'master-behind-server-archives',
    params: { change: number, archived: number + 2, path: '/b/ahead', host: 'tk-ml1' },
  })
  writeFileSync(catalog, kept)
  await until(async () => (await snapshot(console)).backups.behind === null)
  await console.close()
}, 60_000)

test('opens where the catalog of archives cannot be read, shows the directory all the same, and tells of it', async () => {
  const before = await open()
  await before.handlers['directory.edit']({
    edits: [{ action: 'register', registration: { kind: 'user', name: '目録 三郎' } }],
  })
  await before.handlers['backup.open'](null)
  expect(await before.handlers['journal.clear']({ host: 'hq-mas' })).not.toBeNull()
  await before.close()
  const file = join(made.domain.folders.state, 'catalog', 'archives.jsonl')
  const kept = readFileSync(file)
  writeFileSync(file, 'no line of a catalog\n')
  kit.logged.length = 0
  try {
    const console = await open()
    expect((await snapshot(console)).directory.kind).toBe('up')
    await until(async () => (await snapshot(console)).backups.problem?.code === 'catalog-corrupt')
    await console.handlers['directory.edit']({
      edits: [{ action: 'register', registration: { kind: 'user', name: '目録 四郎' } }],
    })
    const number = async () => {
      const { directory } = await snapshot(console)
      return directory.kind === 'up' ? directory.status.position.number : 0
    }
    const first = await number()
    await console.handlers['directory.edit']({
      edits: [{ action: 'register', registration: { kind: 'user', name: '目録 五郎' } }],
    })
    await until(async () => (await number()) > first)
    expect(kit.logged.filter((event) => event === 'monitor.backups-failed')).toHaveLength(1)
    writeFileSync(file, kept)
    await until(async () => (await snapshot(console)).backups.problem === null)
    await console.close()
  } finally {
    writeFileSync(file, kept)
  }
})
