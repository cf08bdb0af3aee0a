import { fail } from '../../../shared/model/problem.ts'
import { type ContentHash, createContentHash } from './content-hash.ts'
import type { MemberSink } from './extract/member-sink.ts'
import { type Member, manifestLine, storedSize } from './member.ts'
import { escapeName, HEADER_NAME, MANIFEST_NAME, MAX_HEADER } from './member-name.ts'
import { createPlainReader } from './plain-reader.ts'
import { BLOCK, padding } from './tar-header.ts'
import { headerLength, parseHeader } from './tar-parse.ts'

/** Checks a tar stream that comes in pieces, byte by byte, against what our writer would have written. */
export type StreamChecker = {
  /**
   * Takes the next bytes; false when they cannot be such a stream's continuation. Throws `archive-not-an-archive`,
   * `archive-header-invalid`, `archive-member-differs`, `archive-manifest-differs`.
   */
  readonly push: (raw: Buffer) => boolean
  /** Both zero blocks have been seen. */
  readonly ended: () => boolean
  readonly where: () => {
    /** The member that is begun and not yet ended. */
    readonly inside: string | null
    /** The last member that is whole. */
    readonly after: string | null
    /** Members that are whole. */
    readonly members: number
  }
  /** Nothing is begun: the next byte is a header's first. */
  readonly between: () => boolean
  /** Where the manifest's header begins in the raw stream; null before it is seen. */
  readonly manifestAt: () => number | null
  /** Bytes of content, without the archive's own members. */
  readonly contentBytes: () => number
}

const NOTHING = Buffer.alloc(0)
const ZEROS = Buffer.alloc(BLOCK)

type Part = 'header' | 'content' | 'padding' | 'end'

/** Bytes that are taken in one piece: a header's blocks, or our own header's content. */
type Pending = { bytes: Buffer; want: number }

/** Who is told what the stream says of itself, and throws when that is not so. */
export type StreamAccount = {
  /** The content of the archive's first member. */
  readonly header: (content: Buffer) => void
  /** A member has ended; this is the line that the manifest must have for it. */
  readonly expect: (line: Buffer | string) => void
  /** The manifest's next bytes, and its end. */
  readonly push: (bytes: Buffer) => void
  readonly finish: () => void
}

export type StreamToCheck = {
  /** The archive's name in problems. */
  readonly path: string
  readonly account: StreamAccount
  /** Takes the members as they pass, but for the archive's own. */
  readonly sink: MemberSink | null
  /** Asked while the zeros of a large hole are hashed. */
  readonly checkCancelled: () => void
  /** Of the stream only whole members before the manifest: its beginning, or some from further behind. */
  readonly part?: 'first' | 'later'
}

export function createStreamChecker({ path, account, sink, checkCancelled, part: of }: StreamToCheck): StreamChecker {
  const readPlain = createPlainReader()
  const pending: Pending = { bytes: NOTHING, want: BLOCK }
  let part: Part = 'header'
  let left = 0
  let member: Member | null = null
  let memberAt = 0
  let at = 0
  let after: Buffer | null = null
  /** Of a member that `readPlain` has read: its line of the manifest. */
  let plainLine: ((sha256: string) => string) | null = null
  let members = of === 'later' ? 1 : 0
  let manifestAt: number | null = null
  let contentBytes = 0
  let content: ContentHash | null = null

  const startHeader = () => {
    part = 'header'
    member = null
    plainLine = null
    pending.bytes = NOTHING
    pending.want = BLOCK
    memberAt = at
  }
  const endMember = (done: Member) => {
    after = done.name
    members += 1
    startHeader()
  }
  const endContent = (done: Member) => {
    if (members === 0) account.header(pending.bytes)
    if (manifestAt !== null) account.finish()
    else {
      const sha256 = done.type === 'file' ? (content?.digest() ?? null) : null
      account.expect(plainLine === null || sha256 === null ? manifestLine(done, sha256) : plainLine(sha256))
    }
    if (members > 0 && manifestAt === null) {
      contentBytes += done.size
      sink?.end()
    }
    left = padding(storedSize(done))
    part = 'padding'
    if (left === 0) endMember(done)
  }
  const startMember = (found: Member): boolean => {
    const name = found.name.toString('latin1')
    if (members === 0 && (name !== HEADER_NAME || found.size > MAX_HEADER))
      throw fail('archive-not-an-archive', { path })
    if (manifestAt !== null || (storedSize(found) > 0 && found.type !== 'file')) return false
    if (found.stored === 0) return false
    if (name === MANIFEST_NAME) {
      if (of !== undefined) return false
      manifestAt = memberAt
    }
    member = found
    pending.bytes = NOTHING
    left = storedSize(found)
    part = 'content'
    if (members > 0 && manifestAt === null) sink?.begin(found)
    const outer = members === 0 || manifestAt !== null ? null : sink
    content = createContentHash(found, checkCancelled, outer === null ? null : outer.data)
    if (left === 0) endContent(found)
    return true
  }
  const headerBlocks = (blocks: Buffer): boolean => {
    if (blocks.length === BLOCK) {
      if (isZero(blocks)) {
        part = 'end'
        left = BLOCK
        return manifestAt !== null
      }
      const length = headerLength(blocks)
      if (length === null) return notOurs()
      if (length > BLOCK) {
        pending.want = length
        return true
      }
    }
    const found = parseHeader(blocks)
    return found === null ? notOurs() : startMember(found)
  }
  const notOurs = (): boolean => {
    if (members === 0) throw fail('archive-not-an-archive', { path })
    return false
  }
  const take = (piece: Buffer): boolean => {
    switch (part) {
      case 'header':
        pending.bytes = Buffer.concat([pending.bytes, piece])
        return pending.bytes.length < pending.want || headerBlocks(pending.bytes)
      case 'content':
        if (members === 0) pending.bytes = Buffer.concat([pending.bytes, piece])
        if (manifestAt !== null) account.push(piece)
        if (content?.push(piece) === false) return false
        left -= piece.length
        if (left === 0 && member !== null) endContent(member)
        return true
      case 'padding':
        left -= piece.length
        if (!isZero(piece)) return false
        if (left === 0 && member !== null) endMember(member)
        return true
      case 'end':
        left -= piece.length
        return isZero(piece)
    }
  }

  return {
    push: (raw) => {
      for (let from = 0; from < raw.length; ) {
        const plain = part === 'header' && pending.bytes.length === 0 && members > 0 ? readPlain(raw, from) : null
        if (plain !== null) {
          from += plain.length
          at += plain.length
          plainLine = plain.line
          if (!startMember(plain.member)) return false
          continue
        }
        const want = part === 'header' ? pending.want - pending.bytes.length : left
        if (want === 0) return false
        const piece = raw.subarray(from, from + want)
        from += piece.length
        at += piece.length
        if (!take(piece)) return false
      }
      return true
    },
    ended: () => part === 'end' && left === 0,
    where: () => ({
      inside: member === null ? null : escapeName(member.name),
      after: after === null ? null : escapeName(after),
      members,
    }),
    between: () => part === 'header' && pending.bytes.length === 0,
    manifestAt: () => manifestAt,
    contentBytes: () => contentBytes,
  }
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const end = Math.min(at + BLOCK, bytes.length)
    if (bytes.compare(ZEROS, 0, end - at, at, end) !== 0) return false
  }
  return true
}
