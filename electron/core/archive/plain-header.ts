import { type Member, manifestLine } from './member.ts'
import { BLOCK, checksumOf, encodeHeader } from './tar-header.ts'

/** Owner and mode, which most files of a tree have in common. */
export type PlainOwner = Pick<Member, 'mode' | 'uid' | 'gid' | 'user' | 'group'>

/** What files of one owner and mode have in common: header blocks and manifest line without name, size, time, digest. */
export type PlainTemplate = {
  /** Extended header, its content, the header: all but name, size and time. */
  readonly blocks: Buffer
  readonly sum: number
  readonly before: string
  readonly after: string
}

/** The file that a template is filled in for. `rest`: nanoseconds past the second. */
export type PlainFile = {
  readonly name: string
  readonly size: number
  readonly seconds: number
  readonly rest: number
}

/** So many owners are kept in mind; with more the work is done anew rather than memory given (own decision). */
export const OWNERS_KEPT = 1000
const NAME_LENGTH = 100
const MAX_SIZE = 0o77777777777
/** Between them seconds have ten digits, and the extended header the same length and checksum. */
const FROM = 1_000_000_000
const UNTIL = 8_589_934_592
const PLAIN_NAME = /^[!#$&-[\]-~ ]+$/
const SIZE = 124
const TIME = 136
const SUM = 148
/** Where the seconds stand in `30 mtime=1000000000.000000001`. */
export const SECONDS_AT = BLOCK + 9
/** Bytes of that record. */
const TIME_RECORD = 30

/** Null: such owners need more of the extended header. */
export function makeTemplate(owner: PlainOwner): PlainTemplate | null {
  const mtime = BigInt(FROM) * 1_000_000_000n + 1n
  const sample: Member = { ...owner, type: 'file', link: null, name: Buffer.from('n'), mtime, size: 0 }
  const header = encodeHeader(sample)
  const text = manifestLine(sample, 'S').toString('utf8')
  const [, before, after] = /^\{"path":"n(.*"mtime":")\d+","size":0,"sha256":"S(.*\n)$/s.exec(text) ?? []
  // Time alone in the extended header: a number or name that stands there, too, would be in every header, and shift the time.
  const timeOnly = header.toString('latin1', BLOCK, SECONDS_AT) === '30 mtime=' && header[BLOCK + TIME_RECORD] === 0
  if (header.length !== 3 * BLOCK || !timeOnly || before === undefined || after === undefined) return null
  const main = header.subarray(2 * BLOCK)
  main[0] = 0
  main.fill(0, SIZE, SIZE + 11)
  main.fill(0, TIME, TIME + 11)
  return { blocks: header, sum: checksumOf(main), before, after }
}

/** Whether a template can say all of it. */
export function isPlain({ name, size, seconds }: PlainFile): boolean {
  return name.length <= NAME_LENGTH && size <= MAX_SIZE && seconds >= FROM && seconds < UNTIL && PLAIN_NAME.test(name)
}

/** Bytes of the header that stands at `at` in `out` now, the same as `encodeHeader`'s; 0: they don't fit. */
export function putPlainHeader(template: PlainTemplate, file: PlainFile, out: Buffer, at: number): number {
  const { name, size, seconds, rest } = file
  if (at + 3 * BLOCK > out.length) return 0
  const from = rest === 0 ? 2 * BLOCK : 0
  out.set(from === 0 ? template.blocks : template.blocks.subarray(from), at)
  if (rest !== 0) {
    decimal(out, at + SECONDS_AT, 10, seconds)
    decimal(out, at + SECONDS_AT + 11, 9, rest)
  }
  const main = at + 2 * BLOCK - from
  let total = template.sum + octal(out, main + SIZE, size) + octal(out, main + TIME, seconds)
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index)
    out[main + index] = code
    total += code
  }
  for (let place = 5; place >= 0; place -= 1) {
    out[main + SUM + place] = 0x30 + (total & 7)
    total >>= 3
  }
  return 3 * BLOCK - from
}

/** The same as `manifestLine`. */
export function plainLine({ before, after }: PlainTemplate, file: PlainFile, sha256: string): string {
  const time = `${file.seconds}${String(file.rest).padStart(9, '0')}`
  return `{"path":"${file.name}${before}${time}","size":${file.size},"sha256":"${sha256}${after}`
}

/** Eleven octal digits; gives their sum. */
function octal(out: Buffer, at: number, value: number): number {
  let low = value % 0o1000000
  let high = (value - low) / 0o1000000
  let sum = 0
  for (let place = 10; place >= 0; place -= 1) {
    const digit = 0x30 + (place > 4 ? low & 7 : high & 7)
    if (place > 4) low >>= 3
    else high >>= 3
    out[at + place] = digit
    sum += digit
  }
  return sum
}

function decimal(out: Buffer, at: number, digits: number, value: number): void {
  let left = value
  for (let place = digits - 1; place >= 0; place -= 1) {
    const next = Math.floor(left / 10)
    out[at + place] = 0x30 + left - next * 10
    left = next
  }
}
