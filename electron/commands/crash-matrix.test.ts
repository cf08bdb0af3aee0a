import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Moment, watchSteps } from './testing/at-step.ts'
import { openShell, type Running, type Shell } from './testing/shell.ts'

// Defects that break it: a step that leaves something behind which no recovery finds, a service that stays down, an archive
// under its final name that is not whole, a lock or a session that outlives its run, a registration that is gone.
//
// A case kills the run when its record says that a step began or was done, or some time into a step. UNTENSEKI_CRASH_MATRIX=all
// takes every step, moment and way of recovery; a number takes so many of them, by UNTENSEKI_CRASH_MATRIX_SEED.
const stopped = ['stop-server', 'stop-address-service', 'stop-object-server']
const after = ['verify', 'start', 'discard']
const dialog = ['open-console', 'take-lock', 'clear-journal', 'release-lock']
const copied = ['stop-server', 'end-console', 'stop-directory', 'nxbackup', 'verify', 'start']
const books = {
  '(1)': [...dialog, ...copied, 'discard'],
  '(2)': ['check-console', 'check-replication', ...stopped, 'nxbackup', 'seal', ...after],
  '(3)': ['check-replication', ...dialog, ...copied, 'await-replication', 'discard'],
  '(4)': ['check-console', 'check-replication', ...stopped, 'nxbackup', 'seal', ...after],
  round: ['check-console', 'check-replication', ...stopped, 'nxbackup', 'seal', ...after],
  restore: [
    ...['check-archive', 'check-console', 'collect', ...stopped],
    ...['stage', 'swap', 'settle-data', 'start', 'repair', 'await-replication'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>
type Book = keyof typeof books
const moments = ['began', 'within', 'done'] as const
const ways = ['rollback', 'resume'] as const
type Case = readonly [book: Book, step: string, moment: (typeof moments)[number], way: (typeof ways)[number]]

const all: readonly Case[] = (Object.keys(books) as Book[]).flatMap((book) =>
  books[book].flatMap((step) => moments.flatMap((moment) => ways.map((way): Case => [book, step, moment, way]))),
)
const sample: readonly Case[] = [
  ['(1)', 'stop-directory', 'done', 'rollback'],
  ['(3)', 'nxbackup', 'began', 'resume'],
  ['(4)', 'seal', 'done', 'resume'],
  ['round', 'start', 'began', 'rollback'],
]
const wanted = process.env.UNTENSEKI_CRASH_MATRIX ?? ''
const seed = Number(process.env.UNTENSEKI_CRASH_MATRIX_SEED ?? 1)
const table: string[] = []

function chosen(): readonly Case[] {
  if (wanted === '') return sample
  if (wanted === 'all') return all
  const count = Number(wanted)
  const rounds = Math.ceil(count / all.length)
  const shuffled = fc.sample(fc.shuffledSubarray([...all], { minLength: all.length }), { seed, numRuns: rounds })
  return shuffled.flat().slice(0, count)
}
const delays = fc.sample(fc.integer({ min: 1, max: 800 }), { seed, numRuns: Math.max(1, chosen().length) })

let shell: Shell
const hosts = ['hq-mas', 'tk-ml1', 'os-ml1']
const verified = new Set<string>()
const first = () => join(shell.backups, 'first.tar.zst')
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['start', '--server', hosts.join(',')])).toMatchObject({ code: 0 })
  if (!chosen().some(([book]) => book === 'restore')) return
  expect(await shell.run(['backup', '--server', 'MASTER', '--to', first(), '--yes'])).toMatchObject({ code: 0 })
}, 180_000)
afterAll(async () => {
  process.stdout.write(`case, step, killed when, recovery → outcome\n${table.join('\n')}\n`)
  await shell?.remove()
})

function begin(book: Book, number: number): Running {
  const command = (...words: string[]) => shell.begin([...words, '--yes', '--config', shell.config, '--json'])
  const archive = join(shell.backups, `console-${number}.tar.zst`)
  switch (book) {
    case '(1)':
      return shell.console('hq-mas', archive)
    case '(2)':
      return command('backup', '--server', 'MASTER', '--to', shell.backups)
    case '(3)':
      return shell.console('tk-ml1', archive)
    case '(4)':
      return command('backup', '--server', 'tk-ml1', '--to', shell.backups, '--wait', '60')
    case 'round':
      return command('backup', '--all', '--to', shell.backups, '--wait', '60')
    case 'restore':
      return command('restore', '--server', 'MASTER', '--from', first())
  }
}

it.each(chosen().map((one, number) => [...one, number] as const))(
  'case %s killed at %s (%s), %s: settled, everything up, nothing lost',
  {
    timeout: 180_000,
  },
  async (book, step, moment, way, number) => {
    const name = `行列 ${number}`
    expect(await shell.run(['register', 'user', '--name', name])).toMatchObject({ code: 0 })
    expect((await shell.run(['replication', '--wait', '60'])).code).toBe(0)
    const steps = watchSteps(shell)
    const begun = begin(book, number)
    const awaited: Moment = moment === 'done' ? 'step-done' : 'step-started'
    const kill = () => void begun.child.kill('SIGKILL')
    const strike = () => void (moment === 'within' ? setTimeout(kill, delays[number]) : kill())
    await steps.reached(begun, step, awaited, strike)
    const { stderr } = await begun.ended
    const killed = begun.child.signalCode === 'SIGKILL'
    const recovered = await shell.run(['runs', way, '--yes'])
    const outcome = `${killed ? 'killed' : 'ended before'}, exit ${recovered.code} ${recovered.problem ?? ''}`
    table.push(`| ${book} | ${step} | ${moment} | ${way} | ${outcome} |`)
    // What is backed up then of a server alone goes beyond the master's archives, which is warned of.
    const warned = way === 'resume' && (book === '(3)' || book === '(4)') ? [0, 1] : [0]
    expect(warned, `${stderr}${recovered.stderr}`).toContain(recovered.code)
    expect(recovered.problem).toBeNull()

    const left = shell.snapshot()
    expect(left.runRecords).toEqual([])
    expect(Object.entries(left.pids).filter(([, pid]) => pid === null)).toEqual([])
    expect(await shell.run(['lock', 'status'])).toMatchObject({ result: { lock: { held: false } } })
    expect(left.archives.filter((file) => !file.endsWith('.tar.zst'))).toEqual([])
    for (const file of left.archives.filter((each) => !verified.has(each))) {
      expect(await shell.run(['verify', join(shell.backups, file)])).toMatchObject({ code: 0 })
      verified.add(file)
    }
    // Restored data that stands waits for its repair, which a rollback leaves to the operator.
    const after = await shell.run(['register', 'user', '--name', `${name} 後`])
    if (after.problem === 'repair-pending') {
      expect(book).toBe('restore')
      expect(await shell.run(['repair', '--server', 'MASTER', '--yes'])).toMatchObject({ code: 0 })
    } else expect([after.code, after.problem]).toEqual([0, null])
    const found = await shell.run(['search', '--kind', 'user', '--name', '行列', '--limit', '5000'])
    const names = found.rows.map((row) => row.name)
    for (let each = 0; each <= number; each += 1) expect(names).toContain(`行列 ${each}`)
  },
)
