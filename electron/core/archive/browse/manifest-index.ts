import { type ManifestEntry, manifestEntrySchema } from '../../../../shared/model/archive.ts'
import { fail } from '../../../../shared/model/problem.ts'
import type { ArchiveSource } from '../archive-source.ts'
import { FRAME_LIMIT } from '../codec.ts'
import { readSealedFrame } from '../frame-reader.ts'
import { memberStart } from '../manifest-reader.ts'
import { MANIFEST_NAME, unescapeName } from '../member-name.ts'
import type { ReadSeal } from '../seal.ts'

/**
 * The manifest's lines by their frames: those that begin in a frame are one chunk. Its lines stand in the walk's order,
 * so that any place is found by halving, a few frames read instead of hundreds. A chunk's number counts from the
 * manifest's first frame.
 */
export type ManifestIndex = {
  readonly chunks: number
  readonly linesOf: (chunk: number) => Promise<Lines>
  /** The first line, at or after the beginning, whose key is not below this one; null: there is none. */
  readonly lowerBound: (key: Buffer) => Promise<Place | null>
  /** The line itself, or the first one of the next chunk when this one has no such line. */
  readonly at: (place: Place) => Promise<{ readonly place: Place; readonly entry: ManifestEntry } | null>
}

export type Place = { readonly chunk: number; readonly line: number }
/** Text of a chunk and where its lines begin; the last number is its end. */
export type Lines = { readonly text: Buffer; readonly starts: readonly number[] }

/** Decoded frames that are kept: enough for a search by halving and the page that follows. */
const KEPT = 16
const LINE_FEED = 0x0a

/** The order of lines as that of bytes: names are compared one by one, so a slash stands before everything else. */
export function keyOf(name: Buffer): Buffer {
  return Buffer.from(name.map((byte) => (byte === 0x2f ? 0 : byte)))
}

/** Throws `archive-member-differs` naming the manifest when a frame of it is damaged. */
export async function openManifestIndex(source: ArchiveSource, seal: ReadSeal): Promise<ManifestIndex> {
  const damaged = () => fail('archive-member-differs', { path: source.path, member: MANIFEST_NAME })
  const chunks = seal.frames.length - seal.manifestFrame
  const frames = new Map<number, Promise<Buffer>>()
  const whole = new Map<number, Promise<Lines>>()
  const kept = <Value>(cache: Map<number, Promise<Value>>, key: number, make: () => Promise<Value>): Promise<Value> => {
    const found = cache.get(key) ?? make()
    cache.delete(key)
    cache.set(key, found)
    found.catch(() => cache.delete(key))
    const oldest = cache.keys().next().value
    if (cache.size > KEPT && oldest !== undefined) cache.delete(oldest)
    return found
  }
  const rawOf = (chunk: number) =>
    kept(frames, chunk, async () => {
      const raw = await readSealedFrame(source, seal, seal.manifestFrame + chunk)
      if (raw === null || raw.length > FRAME_LIMIT) throw damaged()
      return raw
    })

  const start = memberStart(await rawOf(0), MANIFEST_NAME)
  if (start === null) throw damaged()
  const begins: number[] = [0]
  for (let chunk = 0; chunk < chunks; chunk += 1)
    begins.push((begins[chunk] ?? 0) + (seal.frames[seal.manifestFrame + chunk]?.raw ?? 0))
  const end = start.contentAt + start.member.size
  /** The manifest's own bytes of a frame, without header and padding. */
  const contentOf = async (chunk: number): Promise<Buffer> => {
    const raw = await rawOf(chunk)
    const from = chunk === 0 ? start.contentAt : 0
    return raw.subarray(from, Math.max(from, end - (begins[chunk] ?? 0)))
  }
  const linesOf = (chunk: number) =>
    kept(whole, chunk, async () => {
      const content = await contentOf(chunk)
      const from = chunk === 0 ? 0 : content.indexOf(LINE_FEED) + 1
      if (chunk > 0 && from === 0) return { text: Buffer.alloc(0), starts: [0] }
      let text = content.subarray(from)
      for (let next = chunk + 1; next < chunks && text.length > 0 && text.at(-1) !== LINE_FEED; next += 1) {
        const more = await contentOf(next)
        const feed = more.indexOf(LINE_FEED)
        text = Buffer.concat([text, feed < 0 ? more : more.subarray(0, feed + 1)])
      }
      const starts = [0]
      for (let at = text.indexOf(LINE_FEED); at >= 0; at = text.indexOf(LINE_FEED, at + 1)) starts.push(at + 1)
      return { text, starts }
    })
  const parse = ({ text, starts }: Lines, line: number): ManifestEntry => {
    try {
      return manifestEntrySchema.parse(JSON.parse(text.toString('utf8', starts[line], starts[line + 1])))
    } catch {
      throw damaged()
    }
  }
  /** Of every chunk that a search has touched, so that the next one needs its frame no more. */
  const firstKeys = new Map<number, Buffer | null>()
  const firstKeyOf = async (chunk: number): Promise<Buffer | null> => {
    const known = firstKeys.get(chunk)
    if (known !== undefined) return known
    const lines = await linesOf(chunk)
    const key = lines.starts.length > 1 ? keyOf(unescapeName(parse(lines, 0).path)) : null
    firstKeys.set(chunk, key)
    return key
  }
  const isBelow = (lines: Lines, line: number, key: Buffer) =>
    Buffer.compare(keyOf(unescapeName(parse(lines, line).path)), key) < 0

  const at: ManifestIndex['at'] = async (place) => {
    let { chunk, line } = place
    for (; chunk < chunks; chunk += 1, line = 0) {
      const lines = await linesOf(chunk)
      if (line < lines.starts.length - 1) return { place: { chunk, line }, entry: parse(lines, line) }
    }
    return null
  }
  return {
    chunks,
    linesOf,
    at,
    lowerBound: async (key) => {
      // The last chunk whose first line is below the key holds the bound, or ends right before it. The header's own
      // record, which stands first, is in no order and counts as below everything.
      let low = 0
      let high = chunks
      while (high - low > 1) {
        const middle = (low + high) >> 1
        const first = await firstKeyOf(middle)
        if (first !== null && Buffer.compare(first, key) < 0) low = middle
        else high = middle
      }
      const lines = await linesOf(low)
      let from = low === 0 ? 1 : 0
      let to = lines.starts.length - 1
      while (from < to) {
        const middle = (from + to) >> 1
        if (isBelow(lines, middle, key)) from = middle + 1
        else to = middle
      }
      return (await at({ chunk: low, line: from }))?.place ?? null
    },
  }
}
