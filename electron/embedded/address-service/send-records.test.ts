import { expect, it } from 'vitest'
import type { ChangeRange } from '../../../shared/model/position.ts'
import { mostMissing } from '../../wire/address-operations.ts'
import { problemOf } from '../testing/sample.ts'
import type { JobContext } from './maintenance.ts'
import type { ReconcileTools } from './reconcile.ts'
import { sendRecords } from './send-records.ts'

const context: JobContext = { signal: new AbortController().signal, progress: () => undefined }

/** A master at change 5,000 that has no record any more, and a server that says what it lacks. */
function asking(lacks: (after: number) => readonly ChangeRange[]) {
  const asked: number[] = []
  const tools = {
    directory: {
      place: () => ({ position: { timeline: 'A', number: 5_000 }, ancestry: [] }),
      store: { query: async () => [] },
      journalChanges: () => [],
    },
    feeder: {
      host: 'tk-ml1',
      client: {
        call: async (_op: string, { after }: { readonly after: number }) => {
          asked.push(after)
          return lacks(after)
        },
      },
    },
    run: async (task: () => Promise<unknown>) => await task(),
  } as unknown as ReconcileTools
  return { asked, sent: sendRecords(tools, 0, context) }
}

const single = (number: number): ChangeRange => ({ first: number, last: number })
/** As many as an answer may hold: every other change from there on. */
const full = (from: number) => Array.from({ length: mostMissing }, (_, at) => single(from + 2 * at))

it('asks on from where an answer that is full ends', async () => {
  const { asked, sent } = asking((after) => (after === 0 ? full(1) : []))
  expect(await sent).toBe(5_000)
  expect(asked).toEqual([0, 1_999])
})

it.each([
  ['the same again and again', full(1)],
  ['what is out of order', [single(9), single(3)]],
  ['more than there is', [{ first: 1, last: 1e15 }]],
])('does not look for %s', async (_, lacks) => {
  expect(await problemOf(asking(() => lacks).sent)).toBe('replica-nonsense')
})
