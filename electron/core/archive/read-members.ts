import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { attributesOf } from './attributes.ts'
import { extentsOf } from './extents.ts'
import { newSha256, sha256Hex } from './hash.ts'
import { type Member, manifestLine, storedSize } from './member.ts'
import { escapeName } from './member-name.ts'
import type { PlainFiles } from './plain-member.ts'
import { changed, codeOf, failureOf, reading, SourceError } from './source-failure.ts'
import {
  gidOf,
  inodeOf,
  isUnchanged,
  kindOf,
  linkOf,
  mtimeOf,
  pathOf,
  pathTextOf,
  permissionsOf,
  recordLength,
  sizeOf,
  uidOf,
} from './source-record.ts'
import { type Extent, encodeSparseMap, sparseStored } from './sparse-map.ts'
import type { SystemCalls } from './system-calls.ts'
import { encodeHeader, padding, TAR_END } from './tar-header.ts'

/** What reading needs beside the records. */
export type ReadContext = {
  readonly calls: SystemCalls | null
  readonly users: ReadonlyMap<number, string>
  readonly groups: ReadonlyMap<number, string>
  /** Made for these users and groups. */
  readonly plainFiles: PlainFiles
  readonly checkCancelled: () => void
}

/** A piece of the tar stream: the first `filled` bytes of the room that was given for it. */
export type Piece = {
  readonly filled: number
  /** Lines of the manifest for the members that end in it. */
  readonly lines: Buffer
  readonly members: number
  /** Bytes of file content that were read, holes included; a sparse file counts here as its own size. */
  readonly contentBytes: number
  /** Escaped; the member that was read last. */
  readonly current: string
}

/** No link and no pipe that took the file's place may lead elsewhere or block. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
/** Root may read without a write of the access time, which on a cold night is one for every inode. */
const QUIET_FLAGS = process.geteuid?.() === 0 ? FLAGS | constants.O_NOATIME : FLAGS
const ZEROS = Buffer.alloc(256 * 1024)
/** From this size on a file is asked for holes. */
const MAY_HAVE_HOLES = 32 * 1024
/** So much of a hole is hashed between two pieces, so that a large one is seen to go on. */
const HOLE_PIECE = 64 * 1024 * 1024
/** What a reader accepts as extended header. */
const MAX_HEADER = 1024 * 1024

/**
 * The tar stream of these records, piece by piece: each `next` gives the room for the next one. The members stand in
 * the records' order and follow one another without a gap. Throws a `SourceError` for a source that is not what its
 * record says, as far as reading shows it; the recheck after the last member shows the rest.
 */
export function* readMembers(records: Buffer, room: Buffer, context: ReadContext): Generator<Piece, Piece, Buffer> {
  return readBatch(records, room, context) ?? (yield* readOneByOne(records, room, context))
}

/**
 * All members at once, read in the order of their inodes; null when they don't fit, or when one of them is not as plain
 * as records tell (attributes, holes), which shifts everything after it.
 */
function readBatch(records: Buffer, room: Buffer, context: ReadContext): Piece | null {
  const files: BatchFile[] = []
  const lines: (string | BatchFile)[] = []
  let filled = 0
  let members = 0
  for (let at = 0; at < records.length; at += recordLength(records, at)) {
    members += 1
    if (kindOf(records, at) === 'file' && linkOf(records, at) === null) {
      const size = sizeOf(records, at)
      const text = pathTextOf(records, at)
      const plain = context.plainFiles.header(records, at, text, room, filled)
      const member = plain === 0 ? memberOf(records, at, context) : null
      const length = member === null ? plain : putHeader(member, room, filled)
      const contentAt = filled + length
      const end = contentAt + size + padding(size)
      if (length === 0 || end > room.length) return null
      room.fill(0, contentAt + size, end)
      const file = { at, contentAt, size, inode: inodeOf(records, at), path: member === null ? text : null, member }
      files.push(file)
      lines.push(file)
      filled = end
    } else {
      const member = memberOf(records, at, context)
      const length = putHeader(member, room, filled)
      if (length === 0) return null
      filled += length
      lines.push(manifestLine(member, null).toString('utf8'))
    }
  }
  files.sort((one, other) => one.inode - other.inode)
  let contentBytes = 0
  for (const file of files) {
    context.checkCancelled()
    if (!readSmall(records, file, room, context)) return null
    contentBytes += file.size
  }
  const text = lines.map((line) => (typeof line === 'string' ? line : lineOf(records, line, room, context))).join('')
  const current = escapeName(pathOf(records, lastRecord(records)))
  // Alone in its memory, so that it is handed over without a copy.
  const manifest = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  manifest.write(text)
  return { filled, lines: manifest, members, contentBytes, current }
}

/** `path`: as text, of a file that `plainFiles` has encoded; `member`: of any other. */
type BatchFile = {
  readonly at: number
  readonly contentAt: number
  readonly size: number
  readonly inode: number
  readonly path: string | null
  readonly member: Member | null
}

/** The header's length; 0: there is no room for it. */
function putHeader(member: Member, room: Buffer, at: number): number {
  const header = encodeHeader(member)
  if (at + header.length > room.length) return 0
  room.set(header, at)
  return header.length
}

function lineOf(records: Buffer, file: BatchFile, room: Buffer, { plainFiles }: ReadContext): string {
  const sha256 = sha256Hex(room.subarray(file.contentAt, file.contentAt + file.size))
  if (file.member !== null) return manifestLine(file.member, sha256).toString('utf8')
  return plainFiles.line(records, file.at, file.path ?? '', sha256)
}

function lastRecord(records: Buffer): number {
  let last = 0
  for (let at = 0; at < records.length; at += recordLength(records, at)) last = at
  return last
}

/** False when the file is not plain. */
function readSmall(records: Buffer, file: BatchFile, room: Buffer, { calls }: ReadContext): boolean {
  const { at, contentAt, size } = file
  try {
    const fd = openQuietly(file.path ?? pathOf(records, at))
    try {
      if (calls?.hasXattrs(fd) === true) return false
      if (calls !== null && size >= MAY_HAVE_HOLES && calls.seekHole(fd, 0) < size) return false
      for (let done = 0; done < size; ) {
        const count = readSync(fd, room, contentAt + done, size - done, done)
        if (count === 0) throw changed(pathOf(records, at))
        done += count
      }
      return true
    } finally {
      closeSync(fd)
    }
  } catch (thrown) {
    throw failureOf(pathOf(records, at), thrown)
  }
}

function* readOneByOne(records: Buffer, first: Buffer, context: ReadContext): Generator<Piece, Piece, Buffer> {
  const { calls, checkCancelled } = context
  let room = first
  let filled = 0
  let lines: Buffer[] = []
  let members = 0
  let contentBytes = 0
  let current = ''
  const cut = (): Piece => {
    const piece = { filled, lines: Buffer.concat(lines), members, contentBytes, current }
    filled = 0
    lines = []
    members = 0
    contentBytes = 0
    return piece
  }
  function* put(bytes: Buffer): Generator<Piece, void, Buffer> {
    for (let at = 0; at < bytes.length; ) {
      if (filled === room.length) room = yield cut()
      const count = bytes.copy(room, filled, at)
      at += count
      filled += count
    }
  }
  function* content(
    path: Buffer,
    fd: number,
    size: number,
    extents: readonly Extent[],
  ): Generator<Piece, string, Buffer> {
    const hash = newSha256()
    let at = 0
    for (const { offset, length } of [...extents, { offset: size, length: 0 }]) {
      for (let told = at; at < offset; ) {
        checkCancelled()
        const count = Math.min(ZEROS.length, offset - at)
        hash.update(ZEROS.subarray(0, count))
        at += count
        contentBytes += count
        if (at - told < HOLE_PIECE) continue
        room = yield cut()
        told = at
      }
      for (const end = offset + length; at < end; ) {
        checkCancelled()
        if (filled === room.length) room = yield cut()
        const count = readSync(fd, room, filled, Math.min(room.length - filled, end - at), at)
        if (count === 0) throw changed(path)
        hash.update(room.subarray(filled, filled + count))
        at += count
        filled += count
        contentBytes += count
      }
    }
    return hash.digest('hex')
  }
  function* file(at: number, path: Buffer): Generator<Piece, void, Buffer> {
    const fd = reading(path, openQuietly)
    try {
      const about = fstatSync(fd, { bigint: true })
      if (!isUnchanged(records, at, about)) throw changed(path)
      calls?.adviseSequential(fd)
      const plain = memberOf(records, at, context)
      const holes = calls !== null && about.blocks * 512n < about.size ? extentsOf(calls, fd, plain.size) : null
      const member = {
        ...plain,
        ...(calls === null ? {} : attributesOf(calls, fd)),
        ...(holes === null ? {} : { stored: sparseStored(holes) }),
      }
      yield* put(headerOf(member, path))
      if (holes !== null) yield* put(encodeSparseMap(holes))
      const sha256 = yield* content(path, fd, plain.size, holes ?? [{ offset: 0, length: plain.size }])
      yield* put(TAR_END.subarray(0, padding(storedSize(member))))
      if (!isUnchanged(records, at, fstatSync(fd, { bigint: true }))) throw changed(path)
      lines.push(manifestLine(member, sha256))
    } catch (thrown) {
      throw failureOf(path, thrown)
    } finally {
      closeSync(fd)
    }
  }

  for (let at = 0; at < records.length; at += recordLength(records, at)) {
    checkCancelled()
    const path = pathOf(records, at)
    current = escapeName(path)
    if (kindOf(records, at) === 'file' && linkOf(records, at) === null) yield* file(at, path)
    else {
      const member = memberOf(records, at, context)
      yield* put(headerOf(member, path))
      lines.push(manifestLine(member, null))
    }
    members += 1
  }
  return cut()
}

/** What a record tells of its member; of a folder or symlink with its attributes, which need no descriptor. */
function memberOf(records: Buffer, at: number, { calls, users, groups }: ReadContext): Member {
  const path = pathOf(records, at)
  const hardLink = linkOf(records, at)
  const kind = kindOf(records, at)
  const uid = uidOf(records, at)
  const gid = gidOf(records, at)
  const common = {
    name: memberName(path),
    mode: permissionsOf(records, at),
    uid,
    gid,
    user: users.get(uid) ?? '',
    group: groups.get(gid) ?? '',
    mtime: mtimeOf(records, at),
  }
  if (hardLink !== null) return { ...common, type: 'hardlink', size: 0, link: hardLink }
  if (kind === 'file') return { ...common, type: 'file', size: sizeOf(records, at), link: null }
  const attributes = calls === null ? {} : reading(path, () => attributesOf(calls, path))
  if (kind === 'directory') return { ...common, type: 'directory', size: 0, link: null, ...attributes }
  const link = reading(path, (each) => readlinkSync(each, { encoding: 'buffer' }))
  return { ...common, type: 'symlink', size: 0, link, ...attributes }
}

/** The file system's root itself is the member `.`. */
export function memberName(path: Buffer): Buffer {
  return path.length === 1 ? Buffer.from('.') : path.subarray(1)
}

function headerOf(member: Member, path: Buffer): Buffer {
  const header = encodeHeader(member)
  if (header.length <= MAX_HEADER) return header
  throw new SourceError({ code: 'archive-source-unreadable', params: { path: escapeName(path), text: 'E2BIG' } })
}

function openQuietly(path: Buffer | string): number {
  try {
    return openSync(path, QUIET_FLAGS)
  } catch (thrown) {
    if (codeOf(thrown) !== 'EPERM' || QUIET_FLAGS === FLAGS) throw thrown
    return openSync(path, FLAGS)
  }
}
