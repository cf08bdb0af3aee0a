import type { BigIntStats } from 'node:fs'

/**
 * What the walk found, as bytes, so that a million of them are no objects: u32 length of the path, u32 length of the
 * link (0: none), nine u64 of what lstat said, the path, the link. Times are in seconds, their nanoseconds in the upper
 * halves of mode and number of links: what is a number of 64 bits Node has only as an object. The link is the name of the
 * member that a hard link is another name of. Only for memory and scratch files of one run: little-endian, no version.
 */
const RECORD_HEAD = 80

const STAT = 8
const field = (index: number) => STAT + index * 8
const INO = field(1)
const MODE = field(2)
const LINKS = field(3)
const UID = field(4)
const GID = field(5)
const SIZE = field(6)
const MTIME = field(7)
const MTIME_REST = MODE + 4
const SECOND = 1_000_000_000n

export type FileKind = 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'device'

const HIGH = 2 ** 32
const kinds: ReadonlyMap<number, FileKind> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
  [0o140000, 'socket'],
  [0o010000, 'fifo'],
])

const stat = new BigUint64Array(9)
const statBytes = Buffer.from(stat.buffer)

/** All that changes with a change of the file or of what it is; the access time is left out because reading sets it. */
export function statBytesOf(about: BigIntStats): Buffer {
  stat[0] = about.dev
  stat[1] = about.ino
  stat[2] = about.mode | (restOf(about.mtimeNs) << 32n)
  stat[3] = about.nlink | (restOf(about.ctimeNs) << 32n)
  stat[4] = about.uid
  stat[5] = about.gid
  stat[6] = about.size
  stat[7] = BigInt.asUintN(64, (about.mtimeNs - restOf(about.mtimeNs)) / SECOND)
  stat[8] = BigInt.asUintN(64, (about.ctimeNs - restOf(about.ctimeNs)) / SECOND)
  return statBytes
}

/** Nanoseconds past the second, also before the epoch. */
function restOf(time: bigint): bigint {
  const rest = time % SECOND
  return rest < 0n ? rest + SECOND : rest
}

/** Records one after another, at the beginning of a room. */
export type RecordList = {
  /** The path is the first `length` bytes; `stat`: see `statBytesOf`. False: there is no room for it, and nothing was added. */
  readonly add: (path: Buffer, length: number, stat: Buffer) => boolean
  /** Bytes of all of them. */
  readonly length: () => number
}

/** What the record of a path of so many bytes takes. */
export function recordSize(pathLength: number): number {
  return RECORD_HEAD + pathLength
}

export function createRecordList(room: Buffer): RecordList {
  let filled = 0
  return {
    add: (path, length, stat) => {
      const wanted = filled + recordSize(length)
      if (wanted > room.length) return false
      room.writeUInt32LE(length, filled)
      room.writeUInt32LE(0, filled + 4)
      room.set(stat, filled + STAT)
      path.copy(room, filled + RECORD_HEAD, 0, length)
      filled = wanted
      return true
    },
    length: () => filled,
  }
}

/** The record of a hard link: the one that the walk found, and the member that was kept before under another name. */
export function withLink(record: Buffer, link: Buffer): Buffer {
  const out = Buffer.concat([record, link])
  out.writeUInt32LE(link.length, 4)
  return out
}

/** Bytes of the record that begins at `at`. */
export function recordLength(records: Buffer, at: number): number {
  return RECORD_HEAD + records.readUInt32LE(at) + records.readUInt32LE(at + 4)
}

export function pathOf(records: Buffer, at: number): Buffer {
  const from = at + RECORD_HEAD
  return records.subarray(from, from + records.readUInt32LE(at))
}

/** The path's bytes, each as the character of that number. */
export function pathTextOf(records: Buffer, at: number): string {
  const from = at + RECORD_HEAD
  return records.toString('latin1', from, from + records.readUInt32LE(at))
}

export function linkOf(records: Buffer, at: number): Buffer | null {
  const from = at + RECORD_HEAD + records.readUInt32LE(at)
  const length = records.readUInt32LE(at + 4)
  return length === 0 ? null : records.subarray(from, from + length)
}

export function kindOf(records: Buffer, at: number): FileKind {
  return kinds.get(records.readUInt32LE(at + MODE) & 0o170000) ?? 'device'
}

/** Of what `statBytesOf` tells. */
export function kindOfStat(stat: Buffer): FileKind {
  return kinds.get(stat.readUInt32LE(MODE - STAT) & 0o170000) ?? 'device'
}

export function modeOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + MODE)
}

export function permissionsOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + MODE) & 0o7777
}

export function linksOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + LINKS)
}

export function uidOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + UID)
}

export function gidOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + GID)
}

export function sizeOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + SIZE) + records.readUInt32LE(at + SIZE + 4) * HIGH
}

/** Nanoseconds since the epoch. */
export function mtimeOf(records: Buffer, at: number): bigint {
  return records.readBigInt64LE(at + MTIME) * SECOND + BigInt(records.readUInt32LE(at + MTIME_REST))
}

/** The same in two numbers: seconds, and nanoseconds past them. */
export function secondsOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + MTIME) + records.readInt32LE(at + MTIME + 4) * HIGH
}

export function nanosecondsOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + MTIME_REST)
}

/** The order in which the disk is likely to have them. */
export function inodeOf(records: Buffer, at: number): number {
  return records.readUInt32LE(at + INO) + records.readUInt32LE(at + INO + 4) * HIGH
}

/** The same for all names of one file. */
export function identityOf(records: Buffer, at: number): string {
  return records.toString('latin1', at + STAT, at + MODE)
}

/** Whether lstat now says what it said when the record was made. */
export function isUnchanged(records: Buffer, at: number, about: BigIntStats): boolean {
  return records.compare(statBytesOf(about), 0, 72, at + STAT, at + RECORD_HEAD) === 0
}
