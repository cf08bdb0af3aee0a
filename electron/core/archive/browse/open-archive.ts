import type { ArchiveHeader, ManifestEntry } from '../../../../shared/model/archive.ts'
import { fail } from '../../../../shared/model/problem.ts'
import { type ArchiveAt, type ArchiveSource, withSource } from '../archive-source.ts'
import { isRoot, isWithin, memberNameOf } from '../extract/mapping.ts'
import { readHeaderRecord } from '../manifest-reader.ts'
import { escapeName, unescapeName } from '../member-name.ts'
import { readSeal } from '../seal.ts'
import { keyOf, type ManifestIndex, openManifestIndex, type Place } from './manifest-index.ts'

/** Something that stands in a folder. `path`: absolute, escaped as the manifest escapes. */
export type BrowseRow = {
  readonly path: string
  readonly name: string
  /** Null: the archive holds something below it, but not the folder itself (the way to a target). */
  readonly entry: ManifestEntry | null
}

/** `next`: hand it in to go on; null at the end. */
export type BrowsePage = { readonly rows: readonly BrowseRow[]; readonly next: string | null }

/** An archive opened for looking around. Reading is done a frame at a time, off the caller's thread. */
export type ArchiveBrowser = {
  readonly header: ArchiveHeader
  /** A folder's content in byte order of names; `/` is where every archive begins. */
  readonly children: (folder: string, page: PageWanted) => Promise<BrowsePage>
  /** Members whose path holds this text, letters in either case. Reads the manifest as far as the page reaches. */
  readonly search: (
    text: string,
    page: PageWanted & { readonly signal?: AbortSignal | undefined },
  ) => Promise<BrowsePage>
  /** A member by its path; null: there is none. */
  readonly find: (path: string) => Promise<ManifestEntry | null>
}

export type PageWanted = { readonly limit: number; readonly next?: string | null | undefined }

const SLASH = 0x2f
/** Sorts behind everything below a folder, and before the folder's next sibling. */
const BEHIND = Buffer.from([1])

/**
 * Opens an archive with a sound seal for as long as `use` runs: header, seal and the few frames that a page needs are
 * read, however large it is. What is shown is what the manifest says; whether the rest is good is for `verifyArchive`.
 * Throws `archive-missing`, `archive-unreadable`, `archive-seal-differs`, `archive-member-differs`.
 */
export async function withArchive<Value>(
  archive: ArchiveAt,
  use: (browser: ArchiveBrowser) => Promise<Value>,
): Promise<Value> {
  return withSource(archive, async (source) => use(await openArchive(source)))
}

/** As `withArchive`, on a source that the caller keeps open (`openSource`). */
export async function openArchive(source: ArchiveSource): Promise<ArchiveBrowser> {
  const seal = await readSeal(source.readAt, source.size)
  if (seal === null) throw fail('archive-seal-differs', { path: source.path, offset: source.size })
  const header = await readHeaderRecord(source, seal)
  const index = await openManifestIndex(source, seal)
  return {
    header,
    children: (folder, page) => childrenOf(index, memberNameOf(folder), page),
    search: (text, page) => search(index, text, page),
    find: async (given) => {
      const name = memberNameOf(given)
      const place = await index.lowerBound(keyOf(name))
      const found = place === null ? null : await index.at(place)
      return found !== null && unescapeName(found.entry.path).equals(name) ? found.entry : null
    },
  }
}

async function childrenOf(index: ManifestIndex, folder: Buffer, { limit, next }: PageWanted): Promise<BrowsePage> {
  const rows: BrowseRow[] = []
  const base = folder.length === 0 ? folder : Buffer.concat([folder, Buffer.from('/')])
  const after = next === null || next === undefined ? null : unescapeName(next)
  let place = await index.lowerBound(keyOf(after === null ? base : Buffer.concat([base, after, BEHIND])))
  while (place !== null) {
    const found = await index.at(place)
    if (found === null) break
    const name = unescapeName(found.entry.path)
    if (isOwn(name) || isRoot(name)) {
      place = { chunk: found.place.chunk, line: found.place.line + 1 }
      continue
    }
    if (!isWithin(name, folder)) break
    const slash = name.indexOf(SLASH, base.length)
    const end = slash < 0 ? name.length : slash
    const own = name.subarray(base.length, end)
    if (own.length === 0) break
    if (rows.length === limit) return { rows, next: rows.at(-1)?.name ?? null }
    rows.push({
      path: `/${escapeName(name.subarray(0, end))}`,
      name: escapeName(own),
      entry: slash < 0 ? found.entry : null,
    })
    place = await behind(index, found.place, name.subarray(0, end))
  }
  return { rows, next: null }
}

/** The first line that is not below this member: mostly the next one, so that is looked at first. */
async function behind(index: ManifestIndex, { chunk, line }: Place, member: Buffer): Promise<Place | null> {
  const following = await index.at({ chunk, line: line + 1 })
  if (following === null || !isWithin(unescapeName(following.entry.path), member)) return following?.place ?? null
  return index.lowerBound(Buffer.concat([keyOf(member), BEHIND]))
}

async function search(
  index: ManifestIndex,
  text: string,
  { limit, next, signal }: PageWanted & { readonly signal?: AbortSignal | undefined },
): Promise<BrowsePage> {
  const wanted = text.toLowerCase()
  const rows: BrowseRow[] = []
  const [first = 0, line = 0] = next?.split(':').map(Number) ?? []
  for (let chunk = first; chunk < index.chunks; chunk += 1) {
    if (signal?.aborted === true) throw fail('cancelled')
    const lines = await index.linesOf(chunk)
    for (let at = chunk === first ? line : 0; at < lines.starts.length - 1; at += 1) {
      // A path that holds the text stands in a line that does; quotes and the like are written otherwise there.
      const plain = /["\\]/.test(text) ? '' : wanted
      const raw = lines.text.toString('utf8', lines.starts[at], lines.starts[at + 1])
      if (!raw.toLowerCase().includes(plain)) continue
      const found = await index.at({ chunk, line: at })
      if (found === null || !`/${found.entry.path}`.toLowerCase().includes(wanted)) continue
      const name = unescapeName(found.entry.path)
      if (isOwn(name)) continue
      if (rows.length === limit) return { rows, next: `${chunk}:${at}` }
      rows.push({
        path: `/${found.entry.path}`,
        name: escapeName(name.subarray(name.lastIndexOf(SLASH) + 1)),
        entry: found.entry,
      })
    }
  }
  return { rows, next: null }
}

/** The archive's own members are none of what it was asked to keep. */
function isOwn(name: Buffer): boolean {
  return name.toString('latin1', 0, OWN.length) === OWN
}

const OWN = '.untenseki/'
