import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { type ArchiveSource, withSource } from '../archive-source.ts'
import { readManifest } from '../manifest-reader.ts'
import { memberOf } from '../member.ts'
import type { JobContext } from '../meter.ts'
import { isForParts, readInParts } from '../parts/read-in-parts.ts'
import { type ReadSeal, readSeal } from '../seal.ts'
import { verifyArchiveFile } from '../verify-file.ts'
import type { ExtractJob } from './extract-job.ts'
import { isWithin, memberNameOf, type Root } from './mapping.ts'
import { allPlaced, createPlacing, type Placed, superuser } from './placing.ts'
import { createRestLines } from './rest-lines.ts'

export type PartsPlaced = { readonly header: ArchiveHeader; readonly placed: Placed }

/**
 * Extracts by several threads: they make files and symlinks, each those of its parts, in folders that are made where they
 * are missing and are closed to others; when all of the archive was found good, one goes through the manifest and makes
 * hard links and gives the folders what is theirs. Null: this job is for one thread, and its places are as they were.
 *
 * Throws what `verifyArchiveFile` does of an archive that is not whole and good, and what the placer does.
 */
export async function extractInParts(
  job: ExtractJob,
  empty: ReadonlySet<Root>,
  standIns: ReadonlyMap<string, Uint8Array>,
  context: JobContext,
): Promise<PartsPlaced | null> {
  // Several threads can neither go back to a folder that was finished, nor give back the rights of one that was there.
  if (job.select !== null || rulesOverlap(job) || (empty.size > 0 && !superuser)) return null
  return withSource(job.source, async (source) => {
    const seal = await readSeal(source.readAt, source.size)
    if (!isForParts(source, seal, context)) return null
    const read = await readInParts(source, seal, context, { job, standIns })
    if (read === null) {
      // Says what is wrong; where nothing is, the archive is good but not cut as ours are.
      await verifyArchiveFile(job.source, context)
      emptyPlaces(job, empty)
      return null
    }
    const finished = await finishPlaces(job, empty, standIns, source, seal, context)
    return { header: read.header, placed: allPlaced([...read.placed, finished]) }
  })
}

function rulesOverlap({ into }: ExtractJob): boolean {
  const prefixes = into.map(({ prefix }) => memberNameOf(prefix))
  return prefixes.some((one, index) => prefixes.some((other, place) => place !== index && isWithin(one, other)))
}

async function finishPlaces(
  job: ExtractJob,
  empty: ReadonlySet<Root>,
  standIns: ReadonlyMap<string, Uint8Array>,
  source: ArchiveSource,
  seal: ReadSeal,
  context: JobContext,
): Promise<Placed> {
  const placing = createPlacing(job, 'rest', { standIns, empty: new Set([...empty].map(({ to }) => to)) })
  try {
    for await (const entry of readManifest(source, seal, createRestLines())) {
      context.checkCancelled()
      placing.sink.begin(memberOf(entry))
    }
    return placing.finish()
  } finally {
    placing.abandon()
  }
}

function emptyPlaces({ into }: ExtractJob, empty: ReadonlySet<Root>): void {
  const kept = new Set([...empty].map(({ to }) => to))
  for (const { to } of into) {
    if (!kept.has(to)) rmSync(to, { recursive: true, force: true })
    else for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true, force: true })
  }
}
