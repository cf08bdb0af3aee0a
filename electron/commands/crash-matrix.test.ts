import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../embedded/testing/sample.ts'
import { type Moment, watchSteps } from './testing/at-step.ts'
import { openProving, type Proving } from './testing/matrix/proving.ts'
import { type BookName, beginBook, bookNames, prepare, runBooks } from './testing/matrix/run-books.ts'
import { chosen, tell } from './testing/matrix/table.ts'

// Defects that break it: a step that leaves something behind which no recovery finds, a service that stays down, an archive
// under its final name that is not whole, a lock or a session that outlives its run, a registration that is gone.
//
// A case kills the run when its record says that a step began or was done, or some time into a step. UNTENSEKI_CRASH_MATRIX=all
// takes every step, moment and way of recovery; a number takes so many of them, by UNTENSEKI_CRASH_MATRIX_SEED.
const moments = ['began', 'within', 'done'] as const
const ways = ['rollback', 'resume'] as const
type Case = readonly [book: BookName, step: string, moment: (typeof moments)[number], way: (typeof ways)[number]]

const all: readonly Case[] = bookNames.flatMap((book) =>
  runBooks[book].flatMap((step) => moments.flatMap((moment) => ways.map((way): Case => [book, step, moment, way]))),
)
const sample: readonly Case[] = [
  ['round', 'start', 'began', 'rollback'],
  ['repair', 'repair', 'began', 'resume'],
]
const seed = Number(process.env.UNTENSEKI_CRASH_MATRIX_SEED ?? 1)
const cases = chosen(process.env.UNTENSEKI_CRASH_MATRIX ?? '', seed, all, sample)
const delays = fc.sample(fc.integer({ min: 1, max: 800 }), { seed, numRuns: Math.max(1, cases.length) })

let proving: Proving
beforeAll(async () => {
  proving = await openProving()
}, 180_000)
afterAll(() => proving?.remove())

it.for(cases.map((one, number) => [...one, number] as const))(
  'case %s killed at %s (%s), %s: settled, everything up, nothing lost',
  { timeout: 300_000 },
  async ([book, step, moment, way, number]) => {
    const { shell } = proving
    const name = `行列 ${number}`
    await until(() => proving.register(name), 60_000)
    await prepare(shell, book, proving.places())
    const steps = watchSteps(shell)
    const begun = beginBook(shell, book, proving.places(), `case-${number}`)
    const awaited: Moment = moment === 'done' ? 'step-done' : 'step-started'
    const kill = () => void begun.child.kill('SIGKILL')
    const strike = () => void (moment === 'within' ? setTimeout(kill, delays[number]) : kill())
    await steps.reached(begun, step, awaited, strike)
    const { stderr } = await begun.ended
    const killed = begun.child.signalCode === 'SIGKILL'
    const unsettled = shell.snapshot().runRecords.length > 0
    const down = proving.down().length

    const { commands, broken: refused } = await proving.settle(way)
    const broken = [...refused, ...(await proving.judge())]
    const { archives, partial } = proving.traces()
    if (partial > 0) broken.push('a partial archive is left')
    // Restored data that stands waits for its repair, which a rollback leaves to the operator; nothing else waits for one.
    if (commands.some((each) => each.startsWith('repair')) && book !== 'restore' && book !== 'repair')
      broken.push('修復待ち')
    if (commands.some((each) => each.startsWith('start'))) broken.push('its recovery left services down')
    if (way === 'resume' && commands.some((each) => each.startsWith('repair'))) broken.push('its resume left 修復待ち')
    if (!(await proving.register(`${name} 後`))) broken.push('nothing can be registered')
    const facts = [
      killed ? `killed, ${down} services down` : 'ended before',
      unsettled ? '' : 'settled',
      archives > 0 ? `${archives} archived` : '',
    ]
    const outcome = facts.filter((each) => each !== '').join(', ')
    const fault = `${moment}, ${way}`
    tell(
      { book, step, fault, outcome, settledBy: commands.join(', ') || '-', broken },
      process.env.UNTENSEKI_MATRIX_TABLE,
    )
    expect(broken, stderr).toEqual([])
  },
)
