import type { EventEnvelope, EventName, EventPayload } from '../../../shared/contract.ts'
import type { Snapshot } from '../../../shared/model/console.ts'

/** The one snapshot that all windows show, and the numbered stream of its changes. */
export interface ConsoleStore {
  snapshot(): Snapshot
  /** Replaces a slice and tells every listener; a value equal to the old one is no change. */
  set<Name extends Exclude<EventName, 'progress'>>(name: Name, value: EventPayload<Name>): void
  /** Progress of the run that is under way. */
  progress(value: EventPayload<'progress'>): void
  subscribe(listener: (event: EventEnvelope) => void): () => void
}

/** Revisions start at the snapshot's and grow by one with every event. */
export function createConsoleStore(initial: Snapshot): ConsoleStore {
  let snapshot = initial
  const listeners = new Set<(event: EventEnvelope) => void>()

  function emit(name: EventName, payload: unknown, next: Snapshot): void {
    const revision = snapshot.revision + 1
    snapshot = { ...next, revision }
    for (const listener of listeners) listener({ name, revision, payload } as EventEnvelope)
  }

  return {
    snapshot: () => snapshot,
    set(name, value) {
      if (JSON.stringify(snapshot[name]) === JSON.stringify(value)) return
      emit(name, value, { ...snapshot, [name]: value })
    },
    progress(value) {
      if (!snapshot.run) return
      emit('progress', value, { ...snapshot, run: { ...snapshot.run, progress: value } })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
