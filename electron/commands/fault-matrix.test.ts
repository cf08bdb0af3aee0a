import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../embedded/testing/sample.ts'
import { watchSteps } from './testing/at-step.ts'
import { type FaultCase, faultCases, plant, shortenLimits } from './testing/matrix/faults.ts'
import { openProving, type Proving } from './testing/matrix/proving.ts'
import { beginBook, prepare } from './testing/matrix/run-books.ts'
import { chosen, tell } from './testing/matrix/table.ts'
import type { Ended } from './testing/shell.ts'

// Defects that break it: a service that a fault leaves down without a word, an archive that calls itself whole, a journal that was
// discarded while it was needed, a registration that is gone, a run that no command settles.
const sample: readonly FaultCase[] = [
  ['(2)', 'stop-server', 'lock broken'],
  ['round', 'nxbackup', 'medium gone'],
  ['(3)', 'start', 'start fails: port taken'],
  ['(2)', 'stop-server', 'program: stop lies'],
  ['(2)', 'start', 'program: start fails'],
  ['(4)', 'stop-server', 'program: status prints rubbish'],
]
const seed = Number(process.env.UNTENSEKI_FAULT_MATRIX_SEED ?? 1)
const cases = chosen(process.env.UNTENSEKI_FAULT_MATRIX ?? '', seed, faultCases, sample)

let proving: Proving
beforeAll(async () => {
  proving = await openProving()
}, 180_000)
afterAll(() => proving?.remove())

it.for(cases.map((one, number) => [...one, number] as const))(
  'case %s, %s, %s: it ends settled or resumable, nothing is lost, what is down is named',
  { timeout: 300_000 },
  async ([book, step, fault, number], { skip }) => {
    const { shell } = proving
    if ((fault === 'disk full' && !proving.disk) || (fault === 'medium full' && !proving.mediumDisk)) {
      skip('only the superuser can mount a small file system')
    }
    const broken: string[] = []
    const name = `行列 ${number}`
    await until(() => proving.register(name), 60_000)
    await prepare(shell, book, proving.places())
    const lengthen = shortenLimits(proving, fault)
    const steps = watchSteps(shell)
    const begun = beginBook(shell, book, proving.places(), `case-${number}`)
    let planting: ReturnType<typeof plant> = Promise.resolve(null)
    let meanwhile: Promise<boolean> = Promise.resolve(false)
    // 排他 can be broken once it is held.
    const taking = fault === 'lock broken' && (step === 'take-lock' || step === 'check-console')
    const reached = await steps.reached(begun, step, taking ? 'step-done' : 'step-started', () => {
      begun.child.kill('SIGSTOP')
      planting = plant(proving, fault, book, step, begun).finally(() => void begun.child.kill('SIGCONT'))
      meanwhile = planting.then(() => proving.register(`${name} 中`))
    })
    const planted = await planting
    const ended = await begun.ended
    const registered = await meanwhile
    if (planted && fault.endsWith('kill allowed') && (ended.code ?? 3) > 1)
      broken.push('it gave up although the domain file let it kill')
    if (planted && fault.startsWith('program: ') && !fault.endsWith('kill allowed') && (ended.code ?? 0) < 2)
      broken.push('it ended as done although a program had not done its work')
    const unsettled = shell.snapshot().runRecords.length > 0
    const down = proving.down()
    broken.push(...silent(ended, unsettled, down, planted?.took ?? []))
    try {
      await planted?.mend()
    } catch (error) {
      broken.push(error instanceof Error ? error.message : String(error))
    }
    lengthen()
    const settled = await proving.settle(fault === 'killed, resumed' ? 'resume' : 'rollback')
    broken.push(...settled.broken, ...(await proving.judge()))
    const { archives, partial, sealed, discarded } = proving.traces()
    if (!(await proving.register(`${name} 後`))) broken.push('nothing can be registered')
    const facts = [
      planted ? '' : reached ? 'too late' : 'not reached',
      ended.code === null ? 'killed' : `exit ${ended.code}`,
      ended.problem ?? '',
      down.length === 0 ? 'all up' : `down: ${down.join(' ')}`,
      archives > 0 ? `${archives} archived` : '',
      partial > 0 ? 'a partial archive left' : '',
      sealed > 0 ? `${sealed} sealed` : '',
      discarded > 0 ? `${discarded} discarded` : '',
      registered ? 'registered meanwhile' : '',
    ]
    const outcome = facts.filter((each) => each !== '').join(', ')
    tell(
      { book, step, fault, outcome, settledBy: settled.commands.join(', ') || '-', broken },
      process.env.UNTENSEKI_MATRIX_TABLE,
    )
    expect(broken, `${outcome}\n${ended.stderr}`).toEqual([])
  },
)

/** What is down and was told by nobody: not by the run's own end, nor by a record that still stands and keeps every start away. */
function silent(ended: Ended, unsettled: boolean, down: readonly string[], took: readonly string[]): readonly string[] {
  if (unsettled) return []
  const named = new Set([...((ended.result.servicesDown as readonly string[] | undefined) ?? []), ...took])
  const broken = down.filter((service) => !named.has(service)).map((service) => `${service} is down and was not named`)
  const own = down.filter((service) => !took.includes(service))
  if (own.length > 0 && ended.code !== 3) broken.push(`services are down and it ended with ${ended.code}`)
  // The console names it in its window, where the run is shown.
  const console = ended.stderr === ''
  if (own.length > 0 && !console && !ended.stderr.includes('untenseki start')) broken.push('no command is named')
  return broken
}
