import { expect, it } from 'vitest'
import type { Change } from '../../../shared/model/change.ts'
import type { ChangeRange } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import { problemOf } from '../testing/sample.ts'
import type { JobContext } from './maintenance.ts'
import type { ReconcileTools } from './reconcile.ts'
import { assertTakesRecords, sendRecords } from './send-records.ts'

const context: JobContext = { signal: new AbortController().signal, progress: () => undefined }

type Asked = { readonly after: number; readonly through: number }
type Given = { readonly number?: number; readonly outbox?: readonly number[]; readonly journals?: readonly number[] }

const change = (number: number): Change => ({
  timeline: 'A',
  number,
  at: '2026-01-01T00:00:00.000Z',
  operator: 'gmadmin',
  action: 'register',
  before: null,
  after: { kind: 'user', id: `u${number}`, name: '名', organizationId: 'o1', host: 'hq-mas' },
})

/** A master that has these records, and a server that says what it lacks. */
function asking(
  lacks: (asked: Asked) => readonly ChangeRange[],
  { number = 5_000, outbox = [], journals = [] }: Given = {},
) {
  const asked: [number, number][] = []
  const sought: ChangeRange[] = []
  const events: string[] = []
  const kept: number[] = []
  const tools = {
    directory: {
      place: () => ({ position: { timeline: 'A', number }, ancestry: [] }),
      store: {
        query: async (_sql: string, [after, limit]: [number, number]) => {
          events.push('read')
          const page = outbox.filter((one) => one > after).slice(0, limit)
          return page.map((one) => ({ record: JSON.stringify(change(one)) }))
        },
      },
      journalChanges: async function* (wanted: readonly ChangeRange[]) {
        sought.push(...wanted)
        if (journals.length > 0) yield journals.map(change)
      },
    },
    feeder: {
      host: 'tk-ml1',
      client: {
        call: async (op: string, input: Asked & { readonly changes: readonly Change[] }) => {
          if (op === 'changes.keep') {
            events.push('keep')
            kept.push(...input.changes.map((one) => one.number))
            return null
          }
          asked.push([input.after, input.through])
          return lacks(input)
        },
      },
    },
  } as unknown as ReconcileTools
  return { tools, asked, sought, events, kept, sent: (after = 0) => sendRecords(tools, after, context) }
}

const single = (number: number): ChangeRange => ({ first: number, last: number })
const between = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at)
const all = ({ after, through }: Asked): ChangeRange[] => [{ first: after + 1, last: through }]

it('asks by a thousand numbers, and for none that the server would not keep', async () => {
  const few = asking(() => [], { number: 2_300 })
  expect(await few.sent(100)).toBe(2_300)
  expect(few.asked).toEqual([
    [100, 1_100],
    [1_100, 2_100],
    [2_100, 2_300],
  ])
  const many = asking(() => [], { number: 3_000_000 })
  await many.sent()
  expect(many.asked.length).toBe(100)
  expect(many.asked[0]).toEqual([2_900_000, 2_901_000])
})

it('sends the outbox a page at a time, and looks into the journals for nothing that it shows', async () => {
  const { sent, events, kept, sought } = asking(all, { number: 1_000, outbox: between(1, 1_000) })
  await sent()
  expect(kept).toEqual(between(1, 1_000))
  expect(events.slice(0, 10)).toEqual(between(1, 5).flatMap(() => ['read', 'keep']))
  expect(sought).toEqual([])
})

it('reads no page of the outbox that holds nothing of it', async () => {
  const lacks = ({ after }: Asked) => (after === 0 ? [single(3)] : after === 4_000 ? [single(4_900)] : [])
  const { sent, events, kept } = asking(lacks, { outbox: between(1, 5_000) })
  await sent()
  expect(kept).toEqual([3, 4_900])
  expect(events).toEqual(['read', 'keep', 'read', 'keep'])
})

it('looks into the journals once, for what the outbox does not show', async () => {
  const outbox = [...between(301, 700), ...between(703, 1_000)]
  const { sent, kept, sought } = asking(all, { number: 1_000, outbox, journals: [299, 300, 301, 702] })
  await sent()
  expect(sought).toEqual([
    { first: 1, last: 300 },
    { first: 701, last: 702 },
  ])
  expect(kept).toEqual([...outbox, 299, 300, 702])
})

it.each([
  ['the same again and again', [single(1)]],
  ['what is out of order', [single(9), single(3)]],
  ['more than there is', [{ first: 1, last: 1e15 }]],
])('does not look for %s', async (_, lacks) => {
  expect(await problemOf(asking(() => lacks).sent())).toBe('replica-nonsense')
})

it('tells of a service that was begun before an upgrade', async () => {
  const refusing = (refusal: () => never) => {
    const { directory, feeder } = asking(refusal).tools
    return problemOf(assertTakesRecords(directory, feeder))
  }
  const unknown = () => {
    throw fail('operation-unknown', { operation: 'changes.missing' })
  }
  const stopping = () => {
    throw fail('service-stopping')
  }
  expect(await refusing(unknown)).toBe('service-outdated')
  expect(await refusing(stopping)).toBe('service-stopping')
})
