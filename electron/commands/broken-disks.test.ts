import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { damage, empty } from './testing/property/disaster.ts'
import { journalFolders } from './testing/property/survivors.ts'
import { killServices } from './testing/property/world.ts'
import { openShell, type Shell } from './testing/shell.ts'

let shell: Shell
let set: string

beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  set = join(shell.backups, 'set')
  mkdirSync(set)
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
  expect(await shell.run(['backup', '--all', '--to', `${set}/`, '--wait', '60', '--yes'])).toMatchObject({ code: 0 })
}, 180_000)
afterAll(() => shell?.remove())

test('a service that does not serve in time is named by the command that started it', {
  timeout: 120_000,
}, async () => {
  const text = readFileSync(shell.config, 'utf8')
  writeFileSync(shell.config, text.replace('startTimeoutMs: 60000', 'startTimeoutMs: 100'))
  await shell.run(['stop', '--server', 'os-ml1', '--yes'])
  const late = await shell.run(['start', '--server', 'os-ml1', '--service', 'server'])
  writeFileSync(shell.config, text)
  expect(late).toMatchObject({ problem: 'service-start-timeout' })
  expect(await shell.run(['start', '--server', 'os-ml1'])).toMatchObject({ code: 0 })
})

/** A disk breaks under running services: they die, and what they had is gone. */
async function loseDisks(...hosts: readonly string[]): Promise<void> {
  await killServices(shell.config, hosts)
  for (const { host, prefix } of shell.domain().servers) {
    if (hosts.includes(host)) rmSync(join(prefix, 'var'), { recursive: true })
  }
}

async function usersOf(name: string): Promise<readonly unknown[]> {
  return (await shell.run(['search', '--kind', 'user', '--name', name])).rows.map((row) => row.name)
}

test('the master is restored although the disk of an address server is lost at the same time', {
  timeout: 240_000,
}, async () => {
  await shell.run(['register', 'user', '--name', '同時喪失'])
  await loseDisks('hq-mas', 'os-ml1')
  const restored = await shell.run(['restore', '--server', 'MASTER', '--from', archiveOf('hq-mas'), '--yes'])
  expect(restored).toMatchObject({ code: 1, result: { outcome: 'warnings', servicesDown: [] } })
  expect(JSON.stringify(restored.result.warnings)).toContain('os-ml1')
  expect(await usersOf('同時喪失')).toEqual(['同時喪失'])
  const other = await shell.run(['restore', '--server', 'os-ml1', '--from', archiveOf('os-ml1'), '--yes'])
  expect(other).toMatchObject({ code: 0 })
  expect(await shell.run(['replication', '--wait', '60'])).toMatchObject({ code: 0 })
})

test('every server is restored from one set after all disks were lost, with nobody left to ask', {
  timeout: 240_000,
}, async () => {
  await shell.run(['register', 'user', '--name', '全滅'])
  await loseDisks('hq-mas', 'tk-ml1', 'os-ml1')
  const restored = await shell.run(['restore', '--all', '--from', set, '--yes'])
  expect(restored).toMatchObject({ result: { outcome: expect.stringMatching(/done|warnings/), servicesDown: [] } })
  expect(await usersOf('全滅')).toEqual(['全滅'])
  expect(await shell.run(['replication', '--wait', '60'])).toMatchObject({ code: 0 })
})

test('a master that a damaged journal closed is repaired by the command, and not told to wait for a restore', {
  timeout: 240_000,
}, async () => {
  const [master] = shell.domain().servers
  if (!master) throw new Error('no master')
  await shell.run(['register', 'user', '--name', '傷の前'])
  await shell.run(['stop', '--server', 'hq-mas', '--yes'])
  damage(join(journalFolders(master).own, 'MCH_JOURNAL', 'registration.journal'), 0)
  await shell.run(['start', '--server', 'hq-mas'])
  expect(await shell.run(['register', 'user', '--name', '閉'])).toMatchObject({ problem: 'journal-corrupt' })
  expect(await shell.run(['reconcile', '--server', 'tk-ml1'])).toMatchObject({ problem: 'journal-corrupt' })
  expect(await shell.run(['repair', '--server', 'MASTER', '--yes'])).toMatchObject({ code: 0 })
  expect(await shell.run(['register', 'user', '--name', '傷の後'])).toMatchObject({ code: 0 })
  expect(await usersOf('傷の')).toEqual(['傷の前', '傷の後'])
  expect(await shell.run(['repair', '--server', 'MASTER', '--yes'])).toMatchObject({ problem: 'repair-not-pending' })
})

test('damage beside the records is told by check and by the list of journals, and mended by the command of the manual', {
  timeout: 240_000,
}, async () => {
  const [master] = shell.domain().servers
  if (!master) throw new Error('no master')
  expect(await shell.run(['journal', 'clear', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
  const sealed = join(journalFolders(master).own, 'journal-sealed', 'hq-mas')
  const [id = ''] = readdirSync(sealed)
    .filter((name) => /^\d+$/.test(name))
    .slice(-1)
  const file = join(sealed, id, 'segment.json')
  rmSync(file)
  expect(JSON.stringify((await shell.run(['check'])).rows)).toContain(file)
  const listed = await shell.run(['journal', 'list', '--server', 'hq-mas'])
  expect(listed.rows).toMatchObject([{ damage: [{ file, keptAs: null }] }])
  expect(await shell.run(['adrsmchj', '--yes'])).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).toContain('"records":')
  expect(await shell.run(['register', 'user', '--name', '付属の後'])).toMatchObject({ code: 0 })
  expect(JSON.stringify((await shell.run(['check'])).rows)).toContain(`${file}.damaged`)
  rmSync(`${file}.damaged`)
  expect(JSON.stringify((await shell.run(['check'])).rows)).not.toContain(file)
})

test('a restore asks the master itself, whose journals and address servers are lost', {
  timeout: 240_000,
}, async () => {
  await shell.run(['register', 'user', '--name', '最後の一台'])
  const [master] = shell.domain().servers
  if (!master) throw new Error('no master')
  await loseDisks('tk-ml1', 'os-ml1')
  for (const folder of Object.values(journalFolders(master)).flat()) empty(folder)
  const restored = await shell.run(['restore', '--server', 'MASTER', '--from', archiveOf('hq-mas'), '--yes'])
  expect(restored).toMatchObject({ code: 1, result: { servicesDown: [] } })
  expect(await usersOf('最後の一台')).toEqual(['最後の一台'])
  expect(await usersOf('全滅')).toEqual(['全滅'])
})

function archiveOf(host: string): string {
  return join(set, readdirSync(set).find((name) => name.startsWith(host)) ?? '')
}
