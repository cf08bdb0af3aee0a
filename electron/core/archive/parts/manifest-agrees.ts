import type { ArchiveSource } from '../archive-source.ts'
import { sealedFrames } from '../frame-reader.ts'
import { newSha256 } from '../hash.ts'
import { memberStart } from '../manifest-reader.ts'
import { MANIFEST_NAME } from '../member-name.ts'
import type { ReadSeal } from '../seal.ts'
import { padding, TAR_END } from '../tar-header.ts'
import type { PartFound } from './part.ts'

/**
 * Whether the manifest is, byte by byte, what the parts' members make of it, and all that stands before the seal. Lines
 * are compared by the SHA-256 of all those of a part, so that nothing is kept of the members themselves.
 */
export async function manifestAgrees(
  source: ArchiveSource,
  seal: ReadSeal,
  parts: readonly PartFound[],
): Promise<boolean> {
  const comparison = compareLines(parts)
  let content: number | null = null
  let end = 0
  for await (const { raw } of sealedFrames(source, seal, seal.manifestFrame)) {
    if (raw === null) return false
    let from = 0
    if (content === null) {
      const start = memberStart(raw, MANIFEST_NAME)
      if (start === null || start.member.type !== 'file' || start.member.stored !== undefined) return false
      from = start.contentAt
      content = start.member.size
      end = padding(content) + TAR_END.length
    }
    const piece: Buffer = raw.subarray(from, from + content)
    const rest: Buffer = raw.subarray(from + piece.length)
    if (!comparison.push(piece) || !rest.every((byte) => byte === 0)) return false
    content -= piece.length
    end -= rest.length
  }
  return content === 0 && end === 0 && comparison.ended()
}

function compareLines(parts: readonly PartFound[]) {
  let number = -1
  let left = 0
  let hash = newSha256()
  /** Goes on to the next part that has lines; false: what has passed is not what the part's members make. */
  const next = (): boolean => {
    while (left === 0) {
      const done = parts[number]
      if (done !== undefined && hash.digest('hex') !== done.lines.sha256) return false
      number += 1
      hash = newSha256()
      const part = parts[number]
      if (part === undefined) break
      left = part.lines.bytes
    }
    return true
  }
  return {
    push: (piece: Buffer): boolean => {
      for (let at = 0; at < piece.length; ) {
        if (!next() || left === 0) return false
        const taken = piece.subarray(at, at + left)
        hash.update(taken)
        left -= taken.length
        at += taken.length
      }
      return true
    },
    ended: () => left === 0 && next() && parts[number] === undefined,
  }
}
