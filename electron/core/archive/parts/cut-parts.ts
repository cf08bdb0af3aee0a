import { FRAME_BYTES } from '../codec.ts'
import type { ReadSeal } from '../seal.ts'
import type { Part } from './part.ts'

/** Raw bytes of a part, unless one member has more. */
const PART_BYTES = 4 * FRAME_BYTES

/**
 * Cuts the frames before the manifest into parts. A frame that is not full ends a job of the writer, hence with a member;
 * full ones may go on in the next (own decision: a guess that whoever reads the part proves or refutes).
 */
export function cutParts(seal: ReadSeal): readonly Part[] {
  const parts: Part[] = []
  let firstFrame = 0
  let raw = 0
  for (let number = 0; number < seal.manifestFrame; number += 1) {
    const size = seal.frames[number]?.raw ?? 0
    raw += size
    const isLast = number === seal.manifestFrame - 1
    if (!isLast && (size === FRAME_BYTES || raw < PART_BYTES)) continue
    parts.push({ firstFrame, frames: number + 1 - firstFrame, offset: seal.starts[firstFrame] ?? 0 })
    firstFrame = number + 1
    raw = 0
  }
  return parts
}
