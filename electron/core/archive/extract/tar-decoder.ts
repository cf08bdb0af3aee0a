import { fail } from '../../../../shared/model/problem.ts'
import { escapeName } from '../member-name.ts'
import { BLOCK, padding } from '../tar-header.ts'
import { type MemberSink, spread } from './member-sink.ts'
import { describe, type Extended, extendedOf, type Found } from './tar-entry.ts'
import { checksumFits, countField, paxRecords } from './tar-fields.ts'
import { fits, leadingMap, oldEntries } from './tar-sparse.ts'

/** Bytes that an extended header or a long name may have; a real one has some kilobytes. */
const MAX_EXTENDED = 1024 * 1024
/** Bytes of a sparse map before the data (format 1.0). */
const MAX_MAP = 32 * 1024 * 1024

export type TarDecoder = {
  readonly push: (raw: Buffer) => void
  /** The stream has ended. Throws `archive-truncated` when it should not have yet. */
  readonly finish: () => void
}

type State =
  | { readonly kind: 'header' }
  /** Blocks of an extended header, a long name, or what continues an old sparse header: taken in one piece. */
  | { readonly kind: 'collect'; readonly want: number; readonly take: (bytes: Buffer) => void }
  | { readonly kind: 'content' | 'padding'; left: number }
  | { readonly kind: 'end' }

/**
 * Reads tar as any program may have written it: v7, ustar, pax, GNU with long names, base-256 numbers and all its
 * sparse formats. What cannot be understood to the last byte is refused, never guessed at: two readings of one archive
 * are what attacks are made of.
 *
 * Throws `archive-tar-invalid` with the byte and what is wrong there, `archive-member-kind` for a kind of member that
 * holds no file (multi-volume, dumps), `archive-truncated`. `path` is the archive's name in problems.
 */
export function createTarDecoder(path: string, sink: MemberSink): TarDecoder {
  let state: State = { kind: 'header' }
  let pending: Buffer = Buffer.alloc(0)
  let at = 0
  let members = 0
  let current: string | null = null
  let own: Extended | null = null
  let global: Extended = {}
  let longName: Buffer | null = null
  let longLink: Buffer | null = null
  let zeros = 0
  let behindContent = 0
  let put: (piece: Buffer) => void = () => undefined

  const invalid = (text: string) => fail('archive-tar-invalid', { path, offset: at, text })
  const waits = () => own !== null || longName !== null || longLink !== null

  const collect = (size: number | null, limit: number, text: string, take: (bytes: Buffer) => void) => {
    if (size === null || size > limit) throw invalid(text)
    pending = Buffer.alloc(0)
    const want = size + padding(size)
    const done = (bytes: Buffer) => {
      state = { kind: 'header' }
      take(bytes.subarray(0, size))
    }
    if (want === 0) done(pending)
    else state = { kind: 'collect', want, take: done }
  }
  const records = (bytes: Buffer): Extended => {
    const found = paxRecords(bytes)
    const extended = found === null ? null : extendedOf(found)
    if (extended === null) throw invalid('pax')
    return extended
  }
  const start = (found: Found) => {
    const { entry, stored, sparse } = found
    own = null
    longName = null
    longLink = null
    members += 1
    current = escapeName(entry.name)
    sink.begin(entry)
    put = () => undefined
    if (entry.type === 'file') {
      switch (sparse.kind) {
        case 'none': {
          let offset = 0
          put = (piece) => {
            sink.data(piece, offset)
            offset += piece.length
          }
          break
        }
        case 'extents':
          if (!fits(sparse.extents, entry.size, stored)) throw invalid('sparse')
          put = spread(sparse.extents, sink.data)
          break
        case 'map':
          put = behindMap(entry.size, stored)
          break
      }
    }
    state = { kind: 'content', left: stored }
    behindContent = padding(stored)
    if (stored === 0) endContent()
  }
  const behindMap = (size: number, stored: number): ((piece: Buffer) => void) => {
    let map: Buffer = Buffer.alloc(0)
    let behind: ((piece: Buffer) => void) | null = null
    let passed = 0
    return (piece) => {
      passed += piece.length
      if (behind !== null) return behind(piece)
      map = Buffer.concat([map, piece])
      const parsed = leadingMap(map)
      if (parsed === 'more' && passed < stored && map.length < MAX_MAP) return
      if (parsed === null || parsed === 'more') throw invalid('sparse')
      if (!fits(parsed.extents, size, stored - parsed.length)) throw invalid('sparse')
      behind = spread(parsed.extents, sink.data)
      behind(map.subarray(parsed.length))
      map = Buffer.alloc(0)
    }
  }
  const endContent = () => {
    sink.end()
    current = null
    state = behindContent === 0 ? { kind: 'header' } : { kind: 'padding', left: behindContent }
  }
  /** Blocks that continue an old GNU sparse header, each saying whether another one follows. */
  const moreSparse = (found: Found) => {
    if (found.sparse.kind !== 'extents') return
    const extents = [...found.sparse.extents]
    const next = () =>
      collect(BLOCK, BLOCK, 'sparse', (block) => {
        const more = oldEntries(block, 0, 21)
        if (more === null || extents.length > 1_000_000) throw invalid('sparse')
        extents.push(...more)
        if (block[504] !== 0) next()
        else start({ ...found, sparse: { kind: 'extents', extents } })
      })
    next()
  }
  const header = (block: Buffer) => {
    if (isZero(block)) {
      if (waits()) throw invalid('pax')
      zeros += 1
      if (zeros === 2) state = { kind: 'end' }
      return
    }
    if (zeros > 0) throw invalid('after the end')
    if (!checksumFits(block)) {
      if (members === 0 && !waits()) throw fail('archive-not-tar', { path })
      throw invalid('checksum')
    }
    const flag = String.fromCharCode(block[156] ?? 0)
    const size = countField(block, 124, 12)
    switch (flag) {
      case 'x':
      case 'X':
        if (own !== null) throw invalid('pax')
        return collect(size, MAX_EXTENDED, 'pax', (bytes) => {
          own = records(bytes)
        })
      case 'g':
        return collect(size, MAX_EXTENDED, 'pax', (bytes) => {
          const found = records(bytes)
          // What names or measures one member cannot be meant for all of them.
          if (found.path ?? found.link ?? found.size ?? found.sparse) throw invalid('pax')
          global = { ...global, ...found }
        })
      case 'L':
        if (longName !== null) throw invalid('name')
        return collect(size, MAX_EXTENDED, 'name', (bytes) => {
          longName = withoutEnd(bytes)
        })
      case 'K':
        if (longLink !== null) throw invalid('link')
        return collect(size, MAX_EXTENDED, 'link', (bytes) => {
          longLink = withoutEnd(bytes)
        })
      case 'V':
        if (size !== 0) throw invalid('size')
        return
    }
    const found = describe(block, { ...global, ...own }, longName, longLink)
    if (typeof found === 'string') throw invalid(found)
    if ('refused' in found)
      throw fail('archive-member-kind', { path, member: escapeName(found.name), kind: found.refused })
    if (flag === 'S' && block[482] !== 0) return moreSparse(found)
    start(found)
  }

  return {
    push: (raw) => {
      for (let from = 0; from < raw.length; ) {
        const now: State = state
        if (now.kind === 'end') {
          if (!isZero(raw.subarray(from))) throw invalid('after the end')
          at += raw.length - from
          return
        }
        if (now.kind === 'header' || now.kind === 'collect') {
          const want = now.kind === 'header' ? BLOCK : now.want
          const piece = raw.subarray(from, from + want - pending.length)
          from += piece.length
          pending = pending.length === 0 && piece.length === want ? piece : Buffer.concat([pending, piece])
          if (pending.length < want) {
            at += piece.length
            continue
          }
          const whole = pending
          pending = Buffer.alloc(0)
          if (now.kind === 'header') header(whole)
          else now.take(whole)
          at += piece.length
          continue
        }
        const piece = raw.subarray(from, from + now.left)
        from += piece.length
        if (now.kind === 'content') put(piece)
        at += piece.length
        now.left -= piece.length
        if (now.left > 0) continue
        if (now.kind === 'content') endContent()
        else state = { kind: 'header' }
      }
    },
    finish: () => {
      if (members === 0 && zeros === 0) throw fail('archive-not-tar', { path })
      const whole = zeros > 0 && pending.length === 0 && !waits()
      if (!whole) throw fail('archive-truncated', { path, bytes: at, member: current ?? '-' })
    },
  }
}

function withoutEnd(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end))
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0)
}
