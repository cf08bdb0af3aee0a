import type { ManifestEntry } from '../../../../shared/model/archive.ts'
import { type SourcePlan, withSource } from '../archive-source.ts'
import { entryOf } from '../member.ts'
import { createMeter, type JobContext } from '../meter.ts'
import { readForeignStream } from './foreign-stream.ts'
import type { Entry } from './member-sink.ts'
import { createTarDecoder } from './tar-decoder.ts'

export type ForeignListJob = { readonly source: SourcePlan }

/** A member as its header tells it; nobody vouches for its content, so there is no digest. */
export type ForeignEntry = Omit<ManifestEntry, 'type' | 'sha256'> & { readonly type: Entry['type'] }

export type ForeignListed = { readonly members: number; readonly contentBytes: number }

const AT_ONCE = 200

/**
 * Reads an archive of another program through to its end and tells each member. What is found to be right on the way is
 * what such a file has: headers' checksums, the compressor's, the structure to the last byte; names may be hostile still,
 * it is for extraction to refuse those. Throws what `createTarDecoder` and `readForeignStream` do, and `cancelled`.
 */
export async function listForeignFile({ source: plan }: ForeignListJob, context: JobContext): Promise<ForeignListed> {
  let members = 0
  let contentBytes = 0
  let entries: ForeignEntry[] = []
  const tell = () => {
    if (entries.length > 0) context.onEntries?.(entries)
    entries = []
  }
  await withSource(plan, async (source) => {
    const meter = createMeter(context, { phase: 'verify', bytesTotal: source.size, membersTotal: 0 })
    const decoder = createTarDecoder(source.path, {
      begin: (entry) => {
        members += 1
        contentBytes += entry.size
        const { type } = entry
        const { sha256: _, ...told } = entryOf({ ...entry, type: 'file' }, null)
        entries.push({ ...told, type })
        meter.members(members)
        if (entries.length === AT_ONCE) tell()
      },
      data: () => undefined,
      end: () => undefined,
    })
    await readForeignStream(source, {
      // Nothing is kept of what it unpacks to.
      anyRatio: true,
      onRead: meter.bytes,
      push: (raw) => {
        context.checkCancelled()
        decoder.push(raw)
      },
    })
    decoder.finish()
    tell()
    meter.finish()
  })
  return { members, contentBytes }
}
