import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { watchSteps } from './testing/at-step.ts'
import { openShell, type Shell } from './testing/shell.ts'

// A record tells only what was begun; what is so has to be asked of the disk and of the services. Defects that break it: an archive
// that stands whole and is refused as somebody else's, thrown away or never mentioned; one that counts although nobody read it.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const catalogFile = () => join(shell.root, 'state', 'catalog', 'archives.jsonl')
const downServices = () => Object.values(shell.snapshot().pids).filter((pid) => pid === null)

/** A backup of the master that died when its archive was whole, and before its record (and the catalog) said so. */
async function diedBeforeTheRecord(to: string, catalogued: boolean): Promise<void> {
  const steps = watchSteps(shell)
  const words = ['backup', '--server', 'MASTER', '--to', to, '--yes', '--config', shell.config, '--json']
  const begun = shell.begin(words)
  expect(await steps.reached(begun, 'nxbackup', 'step-done', () => begun.child.kill('SIGKILL'))).toBe(true)
  await begun.ended
  const runs = join(shell.root, 'state', 'runs')
  const record = join(runs, readdirSync(runs).sort().at(-1) ?? '')
  cut(record, (line) => /"kind":"step-done","stepId":"nxbackup"/.test(line))
  if (!catalogued) cut(catalogFile(), (line) => line.includes(to))
}

/** What an append-only file was before that line. */
function cut(file: string, from: (line: string) => boolean): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex(from)
  expect(at).toBeGreaterThanOrEqual(0)
  writeFileSync(
    file,
    lines
      .slice(0, at)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

describe('a backup that died between its archive and the record of it', () => {
  let to: string
  let number = 0
  beforeEach(() => {
    number += 1
    to = join(shell.backups, `between-${number}.tar.zst`)
  })

  it.each([
    ['catalogued', true],
    ['not even catalogued', false],
  ] as const)('%s: resume finds the archive whole, verifies it, and it counts once', async (_, catalogued) => {
    await diedBeforeTheRecord(to, catalogued)
    expect(downServices()).not.toEqual([])
    const resumed = await shell.run(['runs', 'resume', '--yes'])
    expect(resumed).toMatchObject({ code: 0, result: { servicesDown: [], verified: [{ host: 'hq-mas', path: to }] } })
    expect(downServices()).toEqual([])
    const { rows } = await shell.run(['archives', '--server', 'hq-mas'])
    expect(rows.filter(({ path }) => path === to)).toMatchObject([{ verifiedAt: expect.any(String) }])
  })

  it('rollback starts the services and says that an archive stands unverified', async () => {
    await diedBeforeTheRecord(to, false)
    expect(await shell.run(['runs', 'rollback', '--yes'])).toMatchObject({ code: 0 })
    expect(downServices()).toEqual([])
    const { rows } = await shell.run(['runs', 'list'])
    const shown = await shell.run(['runs', 'show', String(rows[0]?.runId)])
    expect(JSON.stringify(shown.result.run)).toContain(`${to} was written but not verified`)
    expect(await shell.run(['verify', to])).toMatchObject({ code: 0 })
  })

  it('resume counts nothing that is not whole, and leaves it where it stands: 12', async () => {
    await diedBeforeTheRecord(to, true)
    const bytes = readFileSync(to)
    writeFileSync(to, bytes.subarray(0, bytes.length - 200))
    const refused = await shell.run(['runs', 'resume', '--yes'])
    expect([refused.code, refused.problem]).toEqual([12, 'medium-exists'])
    expect(downServices()).toEqual([])
    expect(readFileSync(to)).toHaveLength(bytes.length - 200)
  })
})

it('an archive of a dead round that was damaged since keeps no other server from its backup: 13', async () => {
  const folder = join(shell.backups, 'round')
  mkdirSync(folder)
  const steps = watchSteps(shell)
  const words = ['backup', '--server', 'tk-ml1,os-ml1', '--to', folder, '--wait', '30', '--yes']
  const begun = shell.begin([...words, '--config', shell.config, '--json'])
  expect(await steps.reached(begun, 'nxbackup', 'step-done', () => begun.child.kill('SIGKILL'))).toBe(true)
  await begun.ended
  const [made = ''] = readdirSync(folder).filter((name) => name.endsWith('.tar.zst'))
  const damaged = join(folder, made)
  const bytes = readFileSync(damaged)
  bytes[2000] = (bytes[2000] ?? 0) ^ 1
  writeFileSync(damaged, bytes)
  const resumed = await shell.run(['runs', 'resume', '--yes'])
  expect(resumed).toMatchObject({ code: 13, result: { servicesDown: [] } })
  expect(downServices()).toEqual([])
  for (const host of ['tk-ml1', 'os-ml1']) {
    const { rows } = await shell.run(['archives', '--server', host])
    const good = rows.filter(({ path, verifiedAt }) => path !== damaged && verifiedAt !== null)
    expect([host, good.length]).toEqual([host, made.startsWith(host) ? 0 : 1])
  }
  expect(readFileSync(damaged)).toEqual(bytes)
})
