import { ProblemError } from '../../../shared/model/problem.ts'
import type { ArchiveSource } from './archive-source.ts'
import { createContentHash } from './content-hash.ts'
import { sealedFrames } from './frame-reader.ts'
import { readManifest } from './manifest-reader.ts'
import { memberOf, storedSize } from './member.ts'
import { MANIFEST_NAME } from './member-name.ts'
import type { JobContext } from './meter.ts'
import type { ReadSeal } from './seal.ts'
import { encodeHeader, padding } from './tar-header.ts'

/**
 * Tells every member that is not as the manifest has it, in the archive's order, escaped: its header, content or padding
 * differs, or it has bytes in a damaged frame. Where members stand follows from the manifest alone, so that damage hides
 * nothing behind it. A damaged manifest is told as a member, and ends the survey.
 */
export async function surveyMembers(
  source: ArchiveSource,
  seal: ReadSeal,
  context: JobContext,
  tell: (member: string) => void,
): Promise<void> {
  const frames = sealedFrames(source, seal)
  let number = -1
  let left = 0
  let raw: Buffer | null = null
  let from = 0
  /** Hands over the next bytes of the stream, null for what is damaged. */
  const take = async (count: number, use: (piece: Buffer | null) => void): Promise<void> => {
    for (let want = count; want > 0; ) {
      if (left === 0) {
        context.checkCancelled()
        const next = await frames.next()
        if (next.done === true) return use(null)
        number += 1
        raw = next.value.raw
        left = seal.frames[number]?.raw ?? 0
        from = 0
        continue
      }
      const size = Math.min(want, left)
      use(raw === null ? null : raw.subarray(from, from + size))
      from += size
      left -= size
      want -= size
    }
  }
  try {
    for await (const entry of readManifest(source, seal)) {
      const member = memberOf(entry)
      const header = encodeHeader(member)
      const content = createContentHash(member, context.checkCancelled, null)
      const stored = storedSize(member)
      let good = true
      let at = 0
      await take(header.length, (piece) => {
        good &&= piece !== null && header.compare(piece, 0, piece.length, at, at + piece.length) === 0
        at += piece?.length ?? 0
      })
      await take(stored, (piece) => {
        good &&= piece !== null && content.push(piece)
      })
      await take(padding(stored), (piece) => {
        good &&= piece?.every((byte) => byte === 0) === true
      })
      good &&= entry.sha256 === (member.type === 'file' ? content.digest() : null)
      if (!good) tell(entry.path)
    }
  } catch (thrown) {
    if (!(thrown instanceof ProblemError) || thrown.problem.code !== 'archive-member-differs') throw thrown
    tell(MANIFEST_NAME)
  } finally {
    await frames.return(undefined)
  }
}
