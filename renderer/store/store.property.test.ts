import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EventEnvelope, ShellSignal } from '../../shared/contract.ts'
import type { Snapshot } from '../../shared/model/console.ts'
import { emptySnapshot } from '../../shared/model/testing/empty-snapshot.ts'
import type { Bridge } from '../bridge/bridge.ts'
import { foldEvent } from './fold.ts'
import { createAccess, follow } from './store.ts'

const change = fc.oneof(
  fc.boolean().map((open) => ({
    name: 'preferences' as const,
    payload: { language: 'ja' as const, openNameDatabase: open },
  })),
  fc
    .string()
    .map((name) => ({ name: 'servers' as const, payload: [{ name, host: 'h', site: 's', roles: [], services: [] }] })),
  fc.constant({ name: 'directory' as const, payload: { kind: 'unknown' as const } }),
)
const history = fc
  .array(change, { maxLength: 30 })
  .map((changes) => changes.map((each, index): EventEnvelope => ({ ...each, revision: index + 1 })))

/** The engine's own state after each event: what a page must come to show. */
function states(events: readonly EventEnvelope[]): readonly Snapshot[] {
  const all = [emptySnapshot]
  for (const event of events) {
    all.push({ ...(all.at(-1) ?? emptySnapshot), [event.name]: event.payload, revision: event.revision } as Snapshot)
  }
  return all
}

it('folds every event onto the state before it', () => {
  fc.assert(
    fc.property(history, (events) => {
      const all = states(events)
      events.forEach((event, index) => {
        expect(foldEvent(all[index] ?? emptySnapshot, event)).toEqual({ kind: 'next', snapshot: all[index + 1] })
        expect(foldEvent(all[index + 1] ?? emptySnapshot, event).kind).toBe('old')
        if (index > 0) expect(foldEvent(all[index - 1] ?? emptySnapshot, event).kind).toBe('gap')
      })
    }),
  )
})

it('shows the latest state in the end, whatever is lost and however late snapshots are', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.array(fc.boolean()), fc.array(fc.nat(3)), async (events, lost, delays) => {
      const all = states(events)
      let now = 0
      let calls = 0
      let hear: (message: EventEnvelope | ShellSignal) => void = () => undefined
      const bridge: Bridge = {
        invoke: async () => {
          const answer = all[now]
          for (let turns = delays[calls++] ?? 0; turns > 0; turns--) await Promise.resolve()
          return answer as never
        },
        subscribe: (listener) => {
          hear = listener
          return () => undefined
        },
      }
      const access = createAccess(bridge)
      follow(access, () => undefined)
      for (const [index, event] of events.entries()) {
        now = index + 1
        // The last one arrives: a page can only notice a gap by what comes after it.
        if (!lost[index] || index === events.length - 1) hear(event)
        await Promise.resolve()
      }
      for (let turns = 0; turns < 60; turns++) await Promise.resolve()
      expect(access.store.getState().snapshot).toEqual(all.at(-1))
    }),
  )
})
