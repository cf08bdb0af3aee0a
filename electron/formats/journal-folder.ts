import type { JournalDamage, JournalSummary } from '../../shared/model/journal.ts'
import type { Position } from '../../shared/model/position.ts'
import { fail } from '../../shared/model/problem.ts'
import { damagedDiscarded, listDiscarded, newestSealed } from './journal-discarded.ts'
import { damagedSegments, keptAside, keptMetadata, listSegments } from './journal-metadata.ts'
import type { JournalPlace } from './journal-place.ts'
import { samePosition, scanJournal } from './journal-record.ts'

export { discardSegment, recoverDiscarding } from './journal-discard.ts'
export { listDiscarded } from './journal-discarded.ts'
export { cutTornTail, type JournalAppender, openAppender } from './journal-file.ts'
export { listSegments } from './journal-metadata.ts'
export { type JournalPlace, journalPlaces, masterJournal, serverJournal } from './journal-place.ts'
export { currentFiles, mendMetadata, recoverSealing, sealJournal } from './journal-seal.ts'

/** The row of a server without a journal: the master without `MNG_JOURNAL`. */
export function notKept(host: string): JournalSummary {
  return {
    host,
    kept: false,
    records: 0,
    bytes: 0,
    oldest: null,
    newest: null,
    first: null,
    last: null,
    segments: [],
    discarded: [],
    damage: [],
    warning: 'none',
  }
}

/**
 * What the current journal and its sealed segments hold. Throws `journal-corrupt`, also when the current journal does
 * not go on from the newest segment.
 */
export function summarize(place: JournalPlace): JournalSummary {
  const segments = listSegments(place)
  const scan = scanJournal(place.file)
  const discarded = listDiscarded(place)
  const sealed = newestSealed(segments, discarded)
  if (sealed !== undefined && scan.records > 0 && !samePosition(scan.before, sealed.last)) {
    const text = `it does not go on from segment ${sealed.id}`
    throw fail('journal-corrupt', { file: place.file, line: 1, offset: 0, text })
  }
  const { records, oldest, newest, first, last } = scan
  return {
    host: place.host,
    kept: true,
    records,
    bytes: scan.validBytes,
    oldest,
    newest,
    first,
    last,
    segments: [...segments],
    discarded: [...discarded],
    damage: [...journalDamage(place)],
    warning: place.warning,
  }
}

/** What is damaged beside the records, and the damaged files that were kept aside when they were mended. */
export function journalDamage(place: JournalPlace): readonly JournalDamage[] {
  const standing = [...damagedDiscarded(place), ...damagedSegments(place)]
  return [...standing, ...keptAside(place.sealedFolder), ...keptMetadata(place)]
}

/** The last record's position, sealed or not: the predecessor of the next record. Null for a journal that never had one. */
export function journalHead(place: JournalPlace): Position | null {
  const summary = summarize(place)
  return summary.last ?? newestSealed(summary.segments, summary.discarded)?.last ?? null
}
