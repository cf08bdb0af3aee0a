import { lstat, open, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { because, fail } from '../../../../shared/model/problem.ts'
import { HURRIED_MS, within } from '../../ports/left-behind.ts'
import { codeOf } from '../../ports/medium-failure.ts'
import { type ArchiveAt, planOf } from '../archive-source.ts'
import { inWorker, type JobOptions } from '../worker-client.ts'
import type { Extracted, ExtractJob, ForeignPolicy } from './extract-job.ts'
import type { Rule } from './mapping.ts'
import { placingCalls } from './placing-calls.ts'

/** What came of an archive of ours. */
export type ExtractedArchive = Extracted & { readonly header: ArchiveHeader }

export type ExtractOptions = JobOptions & {
  readonly archive: ArchiveAt
  /** Where members go; those that no rule speaks of are left out. */
  readonly into: readonly Rule[]
  /** Absolute paths of members (escaped as the manifest does), each with all below it; everything without. */
  readonly select?: readonly string[] | undefined
  /** Refuse an archive with a member that no rule speaks of (`extract-outside`). */
  readonly refuseOutside?: boolean | undefined
}

/**
 * Extracts an archive of ours into places that the caller has set aside: each rule's `to` must be free, or an empty
 * folder, in a folder that exists. All of the archive is verified on the way, and what was written is durable when this
 * resolves. On a failure or a cancel (within a second) the places hold what had been written so far: they are the
 * caller's to remove.
 *
 * Throws what `verifyArchive` does, `extract-destination-missing`, `-exists`, `extract-no-space` (nothing is written then), `extract-full`, `-failed`, `-outside`,
 * `-nothing-selected`, `archive-name-unsafe`, `-link-unsafe`, `-member-twice`, `-member-kind`.
 */
export async function extractArchive(options: ExtractOptions): Promise<ExtractedArchive> {
  const { header, ...extracted } = await extractInWorker(options, 'verify', null)
  if (header === null) throw fail('archive-not-an-archive', { path: planOf(options.archive).path })
  return { ...extracted, header }
}

function extractInWorker(
  options: ExtractOptions,
  rest: ExtractJob['rest'],
  foreign: ForeignPolicy | null,
): Promise<Extracted> {
  const task: ExtractJob & { readonly kind: 'extract' } = {
    kind: 'extract',
    source: planOf(options.archive),
    into: options.into,
    select: options.select ?? null,
    rest,
    outside: options.refuseOutside === true ? 'refuse' : 'skip',
    foreign,
  }
  return inWorker<'extract'>(task, options)
}

/**
 * Extracts members to a folder that does not exist yet, or is empty, under their whole paths. They are put into
 * `NAME.partial` beside it first, so that nothing unfinished or bad ever stands under the name; on a failure that is
 * removed, after a cancel that did not wait for a disk once that answers. A crash, or an end of the process before that, leaves
 * `NAME.partial`, which a later call refuses by name.
 *
 * Of a file of ours with a sound seal, chosen members (`select`) alone are read and verified, and the result's `partRead` says
 * so: damage elsewhere is neither in the way nor found. Everything else is read and verified whole.
 *
 * With `foreign`, tar archives of other programs are taken, too (zstd, gzip or plain): all of it, so names are theirs.
 * Throws what `extractArchive` does, and for those `archive-not-tar`, `archive-tar-invalid`, `archive-expands`.
 */
export async function extractTo(
  to: string,
  options: Omit<ExtractOptions, 'into' | 'refuseOutside'> & { readonly foreign?: ForeignPolicy | undefined },
): Promise<Extracted> {
  if (!isAbsolute(to)) throw fail('archive-path-relative', { path: to })
  const place = resolve(to)
  const draft = `${place}.partial`
  const standing = await lstat(place).catch(() => null)
  if (standing !== null && !standing.isDirectory()) throw fail('extract-destination-exists', { path: place })
  if ((await lstat(draft).catch(() => null)) !== null) throw fail('extract-destination-exists', { path: draft })
  const remove = () => rm(draft, { recursive: true, force: true })
  const into = [{ prefix: '/', to: draft }]
  let gone: Promise<void> | undefined
  const onLeft = (work: Promise<void>) => {
    gone = work
  }
  const extracted = await extractInWorker({ ...options, into, onLeft }, 'leave', options.foreign ?? null).catch(
    async (thrown) => {
      // A thread that was left behind is still about to write something: what it leaves goes when it is gone.
      const removed = gone === undefined ? remove() : within(HURRIED_MS, draft, gone.then(remove))
      // What could not be removed is named by a later call.
      await removed.catch(because(thrown))
      throw thrown
    },
  )
  try {
    // A rename puts a folder in the place of an empty one, and of nothing else.
    if (standing === null) placingCalls().renameNew(draft, place)
    else await rename(draft, place)
  } catch (thrown) {
    await remove()
    const code = codeOf(thrown)
    if (code === 'EEXIST' || code === 'ENOTEMPTY') throw fail('extract-destination-exists', { path: place }, thrown)
    throw fail('extract-failed', { member: place, text: code }, thrown)
  }
  await syncFolder(dirname(place))
  return extracted
}

/**
 * Extracts these members under `folder` (free or empty) and gives each one's path there, in the order asked. All of the archive
 * is verified on the way, as by `extractArchive`.
 */
export async function extractFiles(
  archive: ArchiveAt,
  paths: readonly string[],
  folder: string,
  options: JobOptions,
): Promise<readonly string[]> {
  await extractArchive({ ...options, archive, into: [{ prefix: '/', to: folder }], select: paths })
  return paths.map((path) => join(folder, path))
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
