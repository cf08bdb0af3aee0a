import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSerialQueue } from './serial-queue.ts'

type Step = { readonly kind: 'item' | 'task' | 'pause'; readonly fails: boolean }

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('item' as const, 'task' as const, 'pause' as const),
  fails: fc.boolean(),
})

describe('the registration queue', () => {
  it('keeps the order, one at a time, in groups that are not too large', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, largest) => {
          const done: number[] = []
          const tasks: Promise<unknown>[] = []
          let running = 0
          const alone = async (work: () => void): Promise<void> => {
            running += 1
            expect(running).toBe(1)
            await new Promise((resolve) => setImmediate(resolve))
            work()
            running -= 1
          }
          const queue = createSerialQueue<number>(largest, async (items) => {
            expect(items.length).toBeLessThanOrEqual(largest)
            await alone(() => done.push(...items))
          })
          for (const [index, { kind, fails }] of steps.entries()) {
            if (kind === 'item') queue.join(index)
            else if (kind === 'pause') await new Promise((resolve) => setImmediate(resolve))
            else {
              const work = queue.run(async () => {
                await alone(() => done.push(index))
                if (fails) throw new Error('refused')
                return index
              })
              tasks.push(
                work.then(
                  (value) => expect(value).toBe(index),
                  (error) => expect(error.message).toBe('refused'),
                ),
              )
            }
          }
          tasks.push(queue.run(async () => {}))
          await Promise.all(tasks)
          const expected = steps.flatMap(({ kind }, index) => (kind === 'pause' ? [] : [index]))
          expect(done).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })
})
