import { existsSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openShell, type Running, type Shell } from './testing/shell.ts'

// Defects that break it: a step that leaves something behind which no recovery finds, a service that stays down, an archive
// under its final name that is not whole, a lock that outlives its run, a registration that is gone.
//
// A case kills the command when the record of its run says that a step began or was done. UNTENSEKI_CRASH_MATRIX=all takes
// every step, both moments and both ways of recovery; without it, a sample that meets each step and each way once.
const steps = [
  'check-console',
  'check-replication',
  'stop-server',
  'stop-address-service',
  'stop-object-server',
  'nxbackup',
  'seal',
  'verify',
  'start',
  'discard',
] as const
const moments = ['step-started', 'step-done'] as const
const ways = ['rollback', 'resume'] as const
type Case = readonly [step: (typeof steps)[number], moment: (typeof moments)[number], way: (typeof ways)[number]]

const whole = process.env.UNTENSEKI_CRASH_MATRIX === 'all'
const all: readonly Case[] = steps.flatMap((step) =>
  moments.flatMap((moment) => ways.map((way): Case => [step, moment, way])),
)
const sample: readonly Case[] = [
  ['check-console', 'step-done', 'rollback'],
  ['stop-address-service', 'step-started', 'rollback'],
  ['stop-object-server', 'step-done', 'resume'],
  ['nxbackup', 'step-started', 'resume'],
  ['seal', 'step-done', 'resume'],
  ['start', 'step-started', 'rollback'],
]
const table: string[] = []

let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['start', '--server', 'hq-mas,tk-ml1,os-ml1'])).toMatchObject({ code: 0 })
})
afterAll(async () => {
  process.stdout.write(`step, killed when, recovery → outcome\n${table.join('\n')}\n`)
  await shell.remove()
})

/** Kills the run with SIGKILL once its record says so; false where it ended before. */
async function killedAt(begun: Running, step: string, moment: string): Promise<boolean> {
  const folder = join(shell.root, 'state', 'runs')
  const before = new Set(existsSync(folder) ? readdirSync(folder) : [])
  const says = (): boolean =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl') && !before.has(name))
      .some((name) => {
        const lines = readFileSync(join(folder, name), 'utf8').split('\n')
        return lines.some((line) => line.includes(`"${moment}"`) && line.includes(`"stepId":"${step}"`))
      })
  return await new Promise((resolve, reject) => {
    const watcher = watch(existsSync(folder) ? folder : join(shell.root, 'state'), { recursive: true })
    const look = () => {
      if (!existsSync(folder) || !says()) return
      watcher.close()
      begun.child.kill('SIGKILL')
      resolve(true)
    }
    watcher.on('change', look)
    watcher.on('error', reject)
    void begun.ended.then(() => {
      watcher.close()
      resolve(begun.child.signalCode === 'SIGKILL')
    })
  })
}

it.each(whole ? all : sample)('killed at %s (%s), %s: settled, everything up, nothing lost', async (...one) => {
  const [step, moment, way] = one
  const name = `行列 ${table.length}`
  expect(await shell.run(['register', 'user', '--name', name])).toMatchObject({ code: 0 })
  const words = ['backup', '--server', 'tk-ml1', '--to', shell.backups, '--wait', '60', '--yes']
  const begun = shell.begin([...words, '--config', shell.config, '--json'])
  const killed = await killedAt(begun, step, moment)
  await begun.ended
  const recovered = await shell.run(['runs', way, '--yes'])
  table.push(`${step}, ${moment}, ${way} → ${killed ? 'killed' : 'ended before'}, exit ${recovered.code}`)
  expect([recovered.code, recovered.problem]).toEqual([0, null])

  const after = shell.snapshot()
  expect(after.runRecords).toEqual([])
  expect(Object.entries(after.pids).filter(([, pid]) => pid === null)).toEqual([])
  expect(await shell.run(['lock', 'status'])).toMatchObject({ result: { lock: { held: false } } })
  expect(after.archives.filter((file) => !file.endsWith('.tar.zst'))).toEqual([])
  for (const file of after.archives) {
    expect(await shell.run(['verify', join(shell.backups, file)])).toMatchObject({ code: 0 })
  }
  expect(await shell.run(['search', '--kind', 'user', '--name', name])).toMatchObject({ result: { total: 1 } })
  expect(await shell.run(['register', 'user', '--name', `${name} 後`])).toMatchObject({ code: 0 })
})
