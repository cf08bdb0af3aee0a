import { isUtf8 } from 'node:buffer'

/** The two members that the archive adds to what it was asked to keep. */
export const HEADER_NAME = '.untenseki/header.json'
export const MANIFEST_NAME = '.untenseki/manifest.jsonl'

/** The header record is small; more than this is none. */
export const MAX_HEADER = 512 * 1024

const PERCENT = 0x25
const SLASH = 0x2f

/**
 * A name's bytes as text, reversibly: `%` becomes `%25`, every byte that is no part of valid UTF-8 becomes `%XX`
 * (upper-case hex), everything else stands as it is.
 */
export function escapeName(bytes: Uint8Array): string {
  if (isUtf8(bytes) && !bytes.includes(PERCENT)) return Buffer.from(bytes).toString('utf8')
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    const part = bytes.subarray(at, at + Math.max(length, 1))
    text += length === 0 || part[0] === PERCENT ? percent(part[0] ?? 0) : Buffer.from(part).toString('utf8')
    at += part.length
  }
  return text
}

/** The bytes that `escapeName` was given. */
export function unescapeName(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'utf8')
  const parts = text.split('%')
  const [first = '', ...rest] = parts
  return Buffer.concat([
    Buffer.from(first, 'utf8'),
    ...rest.flatMap((part) => [Buffer.from(part.slice(0, 2), 'hex'), Buffer.from(part.slice(2), 'utf8')]),
  ])
}

/** Length of the valid UTF-8 sequence that begins at `at`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (const length of [1, 2, 3, 4]) {
    if (at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) return length
  }
  return 0
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** The order in which a walk meets names: compared one by one, so a slash stands before everything else. */
export function compareNames(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at += 1) {
    const [mine, theirs] = [one[at] ?? 0, other[at] ?? 0]
    if (mine === theirs) continue
    return (mine === SLASH ? 0 : mine) - (theirs === SLASH ? 0 : theirs)
  }
  return one.length - other.length
}
