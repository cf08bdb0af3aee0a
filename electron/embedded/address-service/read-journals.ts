import type { Change } from '../../../shared/model/change.ts'
import type { Domain } from '../../../shared/model/domain.ts'
import type { JournalSummary } from '../../../shared/model/journal.ts'
import { type ChangeRange, historyOf, isPartOf, type Place } from '../../../shared/model/position.ts'
import { readSource, sourceFiles } from '../../formats/journal-sources.ts'

/** Changes of one message, and bytes of their records, but for a single longer one. */
const pageChanges = 200
const pageBytes = 1_500_000

/** Bytes of the records that are held at a time. */
const mostHeld = 32_000_000

type Held = { readonly change: Change; readonly bytes: number }

/**
 * Records of the history of `place` with the numbers `wanted` (ascending), in order, as far as the journals hold them, in pages that each
 * make a message of bounded length. `known`: what the journals are known to hold, so that none is read for what is older than all of it;
 * null where that cannot be told. They are read once for every `most` bytes of what is found, at least once, and others have their turn
 * meanwhile: what a seal moves then is found where it went.
 */
export async function* readJournals(
  domain: Domain,
  place: Place,
  known: readonly JournalSummary[] | null,
  wanted: readonly ChangeRange[],
  { signal, most = mostHeld }: { readonly signal?: AbortSignal; readonly most?: number } = {},
): AsyncGenerator<readonly Change[]> {
  const oldest = known === null ? 0 : oldestOf(known, place.ancestry)
  const sought = wanted
    .map(({ first, last }) => ({ first: Math.max(first, oldest), last: Math.min(last, place.position.number) }))
    .filter(({ first, last }) => first <= last)
  const base = sought[0]?.first ?? 0
  const end = sought.at(-1)?.last ?? -1
  const marks = new Uint8Array(end - base + 1)
  for (const { first, last } of sought) marks.fill(1, first - base, last - base + 1)
  const history = historyOf(place)
  for (let after = base - 1; after < end; ) {
    const from = after
    const isSought = (change: Change): boolean =>
      change.number > from && marks[change.number - base] === 1 && isPartOf(history, change)
    const { held, through } = await readOnce(domain, isSought, most, signal)
    yield* pagesOf(held)
    after = through ?? end
  }
}

/** The first of the records that are sought, in order; `through`: up to which number they are all that there are, null where it is all. */
async function readOnce(
  domain: Domain,
  isSought: (change: Change) => boolean,
  most: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly held: readonly Held[]; readonly through: number | null }> {
  const held = new Map<number, Held>()
  let size = 0
  let through: number | null = null
  const inOrder = () => [...held.values()].sort((one, other) => one.change.number - other.change.number)
  const hold = (one: Held): void => {
    held.set(one.change.number, one)
    size += one.bytes
  }
  const take = (change: Change, bytes: number): void => {
    if (held.has(change.number) || (through !== null && change.number > through) || !isSought(change)) return
    hold({ change, bytes })
    if (size <= most) return
    const all = inOrder()
    held.clear()
    size = 0
    for (const one of all) {
      if (held.size > 0 && size + one.bytes > most / 2) {
        through = one.change.number - 1
        return
      }
      hold(one)
    }
  }
  const read = new Set<string>()
  const unread = () => sourceFiles(domain, []).filter(({ file }) => !read.has(file))
  for (let files = unread(); files.length > 0; files = unread()) {
    for (const file of files) {
      read.add(file.file)
      await readSource(file, take, signal)
    }
  }
  return { held: inOrder(), through }
}

function* pagesOf(held: readonly Held[]): Generator<readonly Change[]> {
  let page: Change[] = []
  let size = 0
  for (const { change, bytes } of held) {
    if (page.length === pageChanges || (page.length > 0 && size + bytes > pageBytes)) {
      yield page
      page = []
      size = 0
    }
    page.push(change)
    size += bytes
  }
  if (page.length > 0) yield page
}

/** No journal holds an older change. Its numbers grow, but where it goes on with a timeline begun further back. */
function oldestOf(known: readonly JournalSummary[], ancestry: Place['ancestry']): number {
  const firsts = known.flatMap(({ first, segments }) => [first, ...segments.map((segment) => segment.first)])
  return Math.min(...firsts.flatMap((one) => one?.number ?? []), ...ancestry.map(({ fork }) => fork + 1))
}
