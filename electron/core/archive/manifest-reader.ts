import { setImmediate } from 'node:timers/promises'
import { type ArchiveHeader, type ManifestEntry, manifestEntrySchema } from '../../../shared/model/archive.ts'
import { fail } from '../../../shared/model/problem.ts'
import { parseArchiveHeader } from './archive-header.ts'
import type { ArchiveSource } from './archive-source.ts'
import { sealedFrames } from './frame-reader.ts'
import type { Member } from './member.ts'
import { HEADER_NAME, MANIFEST_NAME } from './member-name.ts'
import type { ReadSeal } from './seal.ts'
import { BLOCK } from './tar-header.ts'
import { headerLength, parseHeader } from './tar-parse.ts'

/** Entries between two turns of the event loop, which would otherwise wait for a whole frame of them. */
const A_TURN = 200

/** The header record, from the first frame alone. Throws `archive-member-differs`, `archive-header-invalid`. */
export async function readHeaderRecord(file: ArchiveSource, seal: ReadSeal): Promise<ArchiveHeader> {
  for await (const { raw } of sealedFrames(file, seal)) {
    const start = raw === null ? null : memberStart(raw, HEADER_NAME)
    if (raw === null || start === null) break
    return parseArchiveHeader(file.path, raw.subarray(start.contentAt, start.contentAt + start.member.size))
  }
  throw fail('archive-member-differs', { path: file.path, member: HEADER_NAME })
}

/**
 * The manifest's entries in the archive's order, found by the seal without reading what lies before, or those whose line
 * `wants` takes; memory does not depend on their number. Throws `archive-member-differs` naming the manifest.
 */
export async function* readManifest(
  file: ArchiveSource,
  seal: ReadSeal,
  wants: (line: Buffer) => boolean = () => true,
): AsyncGenerator<ManifestEntry> {
  const damaged = () => fail('archive-member-differs', { path: file.path, member: MANIFEST_NAME })
  let left: number | null = null
  let rest: Buffer = Buffer.alloc(0)
  let count = 0
  for await (const { raw } of sealedFrames(file, seal, seal.manifestFrame)) {
    if (raw === null) throw damaged()
    const start = left === null ? memberStart(raw, MANIFEST_NAME) : null
    if (left === null && start === null) throw damaged()
    const contentAt: number = start?.contentAt ?? 0
    const size: number = left ?? start?.member.size ?? 0
    const content = raw.subarray(contentAt, contentAt + size)
    left = size - content.length
    rest = Buffer.concat([rest, content])
    let from = 0
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      if (wants(rest.subarray(from, end))) yield parseLine(rest.toString('utf8', from, end), damaged)
      from = end + 1
      count += 1
      if (count % A_TURN === 0) await setImmediate()
    }
    rest = Buffer.from(rest.subarray(from))
  }
  if (left !== 0 || rest.length > 0) throw damaged()
}

/** A member of this name that begins right at the beginning; null: none does. */
export function memberStart(raw: Buffer, name: string): { readonly member: Member; readonly contentAt: number } | null {
  const length = raw.length < BLOCK ? null : headerLength(raw.subarray(0, BLOCK))
  if (length === null || raw.length < length) return null
  const member = parseHeader(raw.subarray(0, length))
  return member?.name.toString('latin1') === name ? { member, contentAt: length } : null
}

function parseLine(line: string, damaged: () => Error): ManifestEntry {
  try {
    return manifestEntrySchema.parse(JSON.parse(line))
  } catch {
    throw damaged()
  }
}
