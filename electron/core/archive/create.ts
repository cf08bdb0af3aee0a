import { isAbsolute } from 'node:path'
import type { ArchiveHeader } from '../../../shared/model/archive.ts'
import { because, fail, ProblemError } from '../../../shared/model/problem.ts'
import { HURRIED_MS, orCancelled, TIDY_MS, within } from '../ports/left-behind.ts'
import type { Medium, MediumOptions } from '../ports/medium.ts'
import { codecForName } from './codec.ts'
import { HEADER_NAME } from './member-name.ts'
import type { Measure } from './scan.ts'
import { sealFor } from './sealed/keyring.ts'
import { inWorker, type JobOptions } from './worker-client.ts'
import type { WrittenArchive } from './write-file.ts'

export type CreateOptions = JobOptions & {
  readonly medium: Medium
  readonly header: ArchiveHeader
  /** Absolute paths of what is to be kept. */
  readonly targets: readonly string[]
  /** Absolute path whose ending chooses the compression: `.tar.zst` or `.tar.gz`, `.age` behind it where it is encrypted. */
  readonly to: string
  /** What the medium is to be told: who is asked for a next volume, whether a device's content is given up. */
  readonly mediumOptions?: Omit<MediumOptions, 'signal'> | undefined
  /** The compressor's level; its own default without. 0: not compressed at all. */
  readonly level?: number | undefined
}

/**
 * Writes an archive of the targets (design §8) and resolves once it is durable under its final name. On any failure
 * nothing that this call made remains; after a crash only `NAME.partial`.
 *
 * Throws `archive-name-ending`, `archive-name-clear`, `encryption-unset`, `archive-path-relative`, `archive-target-*`, `medium-*` before anything is written;
 * `archive-source-*` when a source is not what it was, `medium-full`, `medium-failed`, `archive-worker-died`, and
 * `cancelled` within a second of the signal.
 */
export async function createArchive(options: CreateOptions): Promise<WrittenArchive> {
  const { header, targets, to, signal } = options
  codecForName(to)
  const seal = await sealFor(to)
  checkTargets(targets)
  const [obstacle] = await orCancelled(options.medium.check(to, { targets, ...options.mediumOptions }), signal)
  if (obstacle !== undefined) throw new ProblemError(obstacle)
  const begun = options.medium.create(to, { name: nameOf(header, seal !== null), ...options.mediumOptions, signal })
  const writer = await orCancelled(begun, signal, (late) => late.then((each) => each.discard()).catch(() => undefined))
  let gone: Promise<void> | undefined
  try {
    const { sink, scratch } = writer
    const output = sink.kind === 'file' ? sink : ({ kind: 'stream' } as const)
    const task = { kind: 'write', header, targets, to, level: options.level ?? null, output, scratch, seal } as const
    const onOutput = sink.kind === 'stream' ? sink.write : undefined
    const onLeft = (work: Promise<void>) => {
      gone = work
    }
    const written = await inWorker<'write'>(task, { ...options, onOutput, onLeft })
    if (signal?.aborted === true) throw fail('cancelled')
    await orCancelled(writer.commit(), signal, (late) => {
      gone = late.catch(() => undefined)
    })
    return written
  } catch (thrown) {
    // What could not be removed is named by the next look at the medium.
    await within(gone === undefined ? TIDY_MS : HURRIED_MS, to, writer.discard(gone)).catch(because(thrown))
    throw thrown
  }
}

/** What a volume's label calls the archive: host and time, since a device has no file name. */
function nameOf({ host, startedAt }: ArchiveHeader, sealed: boolean): string {
  return `${host}-${startedAt.replace(/\D/g, '').slice(0, 14)}.tar.zst${sealed ? '.age' : ''}`
}

/** What an archive of these targets will read; for the look at the medium's size before anything is stopped. */
export async function measureTargets(targets: readonly string[], options: JobOptions): Promise<Measure> {
  checkTargets(targets)
  return inWorker<'measure'>({ kind: 'measure', targets }, options)
}

function checkTargets(targets: readonly string[]): void {
  const own = `/${HEADER_NAME.split('/')[0]}`
  for (const target of targets) {
    if (!isAbsolute(target)) throw fail('archive-path-relative', { path: target })
    if (`${target}/`.startsWith(`${own}/`)) throw fail('archive-target-reserved', { path: target })
  }
}
