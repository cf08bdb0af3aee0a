import type { EventEnvelope } from '../../shared/contract.ts'
import { assertNever } from '../../shared/model/assert-never.ts'
import type { Snapshot } from '../../shared/model/console.ts'

/** `gap`: an event was missed, only a new snapshot helps. `old`: the snapshot already has it. */
export type Folded = { readonly kind: 'next'; readonly snapshot: Snapshot } | { readonly kind: 'gap' | 'old' }

/** The snapshot after one event. Pure. */
export function foldEvent(snapshot: Snapshot, event: EventEnvelope): Folded {
  if (event.revision <= snapshot.revision) return { kind: 'old' }
  if (event.revision > snapshot.revision + 1) return { kind: 'gap' }
  return { kind: 'next', snapshot: { ...apply(snapshot, event), revision: event.revision } }
}

function apply(snapshot: Snapshot, event: EventEnvelope): Snapshot {
  switch (event.name) {
    case 'preferences':
      return { ...snapshot, preferences: event.payload }
    case 'servers':
      return { ...snapshot, servers: event.payload }
    case 'directory':
      return { ...snapshot, directory: event.payload }
    case 'session':
      return { ...snapshot, session: event.payload }
    case 'lock':
      return { ...snapshot, lock: event.payload }
    case 'activities':
      return { ...snapshot, activities: event.payload }
    case 'run':
      return { ...snapshot, run: event.payload }
    case 'backups':
      return { ...snapshot, backups: event.payload }
    case 'schedule':
      return { ...snapshot, schedule: event.payload }
    case 'tasks':
      return { ...snapshot, tasks: event.payload }
    case 'archive':
      return { ...snapshot, archive: event.payload }
    case 'progress':
      return snapshot.run === null ? snapshot : { ...snapshot, run: { ...snapshot.run, progress: event.payload } }
    default:
      return assertNever(event)
  }
}
