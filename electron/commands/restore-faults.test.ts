import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StepId } from '../../shared/model/run.ts'
import { until } from '../embedded/testing/sample.ts'
import { serverRoot } from '../formats/layout.ts'
import { openShell, type Shell } from './testing/shell.ts'

let shell: Shell
const good = () => join(shell.backups, 'm.tar.zst')
const settings = { timeout: 240_000 }
/** Where the superuser mounts a small filesystem of its own, so that it can be filled. */
const mails = () => join(serverRoot(shell.domain().servers[0] ?? { layout: 'hp-ux', prefix: '/' }), 'nxudir')

beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  if (process.getuid?.() === 0) mountSmall()
  expect((await shell.run(['domain', 'start'])).code).toBe(0)
  expect((await shell.run(['register', 'user', '--name', '試験 前'])).code).toBe(0)
  expect((await shell.run(['backup', '--server', 'MASTER', '--to', good(), '--yes'])).code).toBe(0)
  expect((await shell.run(['register', 'user', '--name', '試験 後'])).code).toBe(0)
}, 180_000)
afterAll(async () => {
  if (!shell) return
  await shell.run(['domain', 'stop', '--yes'])
  if (process.getuid?.() === 0) execFileSync('umount', ['-l', mails()])
  await shell.remove()
})

function mountSmall(): void {
  const aside = join(shell.base, 'aside')
  execFileSync('cp', ['-a', mails(), aside])
  rmSync(mails(), { recursive: true })
  mkdirSync(mails())
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mails()])
  execFileSync('cp', ['-a', `${aside}/.`, mails()])
}

const restore = (from: string, ...words: string[]) =>
  shell.run(['restore', '--server', 'MASTER', '--from', from, '--yes', ...words])

/** Nothing of a restore is left, the former data is live, and everything serves. */
async function asBefore(): Promise<void> {
  const { rows } = await shell.run(['search', '--kind', 'user', '--name', '試験'])
  expect(rows.map(({ name }) => name)).toEqual(['試験 前', '試験 後'])
  expect(Object.values(shell.snapshot().pids).every((pid) => pid !== null)).toBe(true)
  expect(shell.snapshot().runRecords).toEqual([])
  const left = (readdirSync(shell.root, { recursive: true, encoding: 'latin1' }) as string[]).filter((name) =>
    name.includes('.untenseki-restore-'),
  )
  expect(left).toEqual([])
}

/** Resolves when the newest run has begun this step. */
async function begun(step: StepId, runs: number): Promise<void> {
  const folder = join(shell.root, 'state', 'runs')
  await until(() => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
    if (names.length <= runs) return false
    // Runs of one second have no order by their names: the one that is meant has not ended.
    const records = names.map((name) => readFileSync(join(folder, name), 'utf8'))
    return records.some(
      (record) => record.includes(`"step-started","stepId":"${step}"`) && !record.includes('"kind":"run-ended"'),
    )
  }, 60_000)
}

const recorded = () => readdirSync(join(shell.root, 'state', 'runs')).filter((name) => name.endsWith('.jsonl')).length

test('refuses what is no whole, good archive of that server before anything stops', settings, async () => {
  const before = shell.snapshot()
  const [bad, short] = [join(shell.base, 'bad.tar.zst'), join(shell.base, 'short.tar.zst')]
  for (const path of [bad, short]) copyFileSync(good(), path)
  truncateSync(short, statSync(short).size - 2000)
  const bytes = readFileSync(bad)
  bytes[3000] = (bytes[3000] ?? 0) ^ 1
  writeFileSync(bad, bytes)
  expect(await restore(bad)).toMatchObject({ code: 13, result: { outcome: 'refused' } })
  expect(await restore(short)).toMatchObject({ code: 13, result: { outcome: 'refused' } })
  const later = join(shell.base, 'later.tar.zst')
  const rewrite =
    'zstd -dc "$1" | LC_ALL=C sed -z \'s/\\("format": *"untenseki-archive",[^0-9]*\\)1/\\12/\' | zstd -q -o "$2"'
  execFileSync('sh', ['-ec', rewrite, 'sh', good(), later])
  expect(await restore(later)).toMatchObject({
    code: 13,
    problem: 'archive-format-newer',
    result: { outcome: 'refused' },
  })
  expect(await restore(join(shell.base, 'none.tar.zst'))).toMatchObject({ code: 12, problem: 'archive-missing' })
  const other = await shell.run(['restore', '--server', 'tk-ml1', '--from', good(), '--yes'])
  expect(other).toMatchObject({ code: 13, problem: 'restore-other-server' })
  const none = await shell.run(['restore', '--server', 'tk-ml1', '--from', shell.backups, '--yes'])
  expect(none).toMatchObject({ code: 13, problem: 'restore-archive-none' })
  expect((await shell.run(['restore', '--from', good(), '--yes'])).problem).toBe('usage-wrong')
  expect((await shell.run(['restore', '--server', 'MASTER', '--yes'])).problem).toBe('usage-wrong')
  const text = readFileSync(shell.config, 'utf8')
  const foreign = join(shell.root, 'foreign.yaml')
  writeFileSync(foreign, text.replace(/^domain: .*$/m, 'domain: 別のドメイン'), { mode: 0o600 })
  const ended = await shell.plain([
    'restore',
    '--server',
    'MASTER',
    '--from',
    good(),
    '--yes',
    '--json',
    '--config',
    foreign,
  ])
  expect(ended.problem).toBe('restore-other-domain')
  rmSync(foreign)
  expect(shell.snapshot()).toEqual(before)
  await asBefore()
})

test('restoring all servers without a whole set is refused', settings, async () => {
  const all = await shell.run(['restore', '--all', '--from', shell.backups, '--yes'])
  expect(all).toMatchObject({ code: 13, problem: 'restore-set-incomplete' })
  await asBefore()
})

test.skipIf(process.getuid?.() !== 0)(
  'a disk that is full is told before anything stops, and one that fills up meanwhile leaves all as it was (root only)',
  settings,
  async () => {
    const filler = join(mails(), 'filler')
    fill(filler)
    expect(await restore(good())).toMatchObject({
      code: 12,
      problem: 'restore-no-space',
      result: { outcome: 'refused' },
    })
    rmSync(filler)
    const runs = recorded()
    const running = restore(good())
    await begun('stop-server', runs)
    fill(filler)
    expect(await running).toMatchObject({ code: 2, result: { outcome: 'failed-restored', servicesDown: [] } })
    rmSync(filler)
    await asBefore()
    expect(existsSync(filler)).toBe(false)
  },
)

function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(64 * 1024, 1))
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
  }
}

test.each(['collect', 'stop-address-service', 'stage'] as const)(
  'killed while it does %s, it is taken back and everything serves again',
  settings,
  async (step) => {
    const runs = recorded()
    const running = shell.begin(['restore', '--server', 'MASTER', '--from', good(), '--yes', '--config', shell.config])
    await begun(step, runs)
    running.child.kill('SIGKILL')
    await running.ended
    expect((await shell.run(['start', '--server', 'hq-mas'])).problem).toBe('run-unfinished')
    const back = await shell.run(['runs', 'rollback', '--yes'])
    expect(back.result.servicesDown).toEqual([])
    await asBefore()
  },
)

test('killed once the data was exchanged, it keeps the restored data, which waits for repair', settings, async () => {
  const runs = recorded()
  const running = shell.begin(['restore', '--server', 'MASTER', '--from', good(), '--yes', '--config', shell.config])
  await begun('start', runs)
  running.child.kill('SIGKILL')
  await running.ended
  const back = await shell.run(['runs', 'rollback', '--yes'])
  expect(back.result.servicesDown).toEqual([])
  expect((await shell.run(['register', 'user', '--name', 'x'])).problem).toBe('repair-pending')
  expect((await shell.run(['repair', '--server', 'MASTER', '--yes'])).code).toBe(0)
  const [kept] = (await shell.run(['restore', '--list'])).rows
  expect((await shell.run(['restore', '--discard-replaced', String(kept?.runId), '--yes'])).code).toBe(0)
  await asBefore()
})

test('killed once the data was exchanged, its recovery brings back what had crashed before', settings, async () => {
  for (const id of ['address-service', 'object-server']) process.kill(shell.pid('hq-mas', id) ?? 0, 'SIGKILL')
  await until(() => shell.pid('hq-mas', 'object-server') === null)
  const runs = recorded()
  const running = shell.begin(['restore', '--server', 'MASTER', '--from', good(), '--yes', '--config', shell.config])
  await begun('start', runs)
  running.child.kill('SIGKILL')
  await running.ended
  const back = await shell.run(['runs', 'rollback', '--yes'])
  expect([back.code, back.result.servicesDown]).toEqual([0, []])
  expect(Object.entries(shell.snapshot().pids).filter(([, pid]) => pid === null)).toEqual([])
  expect((await shell.run(['repair', '--server', 'MASTER', '--yes'])).code).toBe(0)
  const [kept] = (await shell.run(['restore', '--list'])).rows
  expect((await shell.run(['restore', '--discard-replaced', String(kept?.runId), '--yes'])).code).toBe(0)
  await asBefore()
})

test('a cancelled restore brings back what it had stopped', settings, async () => {
  const runs = recorded()
  const running = shell.begin(['restore', '--server', 'MASTER', '--from', good(), '--yes', '--config', shell.config])
  await begun('stop-object-server', runs)
  running.child.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 143 })
  await asBefore()
})
