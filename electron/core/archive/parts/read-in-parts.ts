import { read } from 'node:fs'
import { promisify } from 'node:util'
import type { ArchiveHeader } from '../../../../shared/model/archive.ts'
import { readFailure } from '../../ports/medium-failure.ts'
import type { ArchiveSource } from '../archive-source.ts'
import type { Placed } from '../extract/placing.ts'
import { newSha256 } from '../hash.ts'
import { readHeaderRecord } from '../manifest-reader.ts'
import { compareNames } from '../member-name.ts'
import { createMeter, type JobContext } from '../meter.ts'
import { encodeSeal, type ReadSeal } from '../seal.ts'
import { cutParts } from './cut-parts.ts'
import { manifestAgrees } from './manifest-agrees.ts'
import type { PartExtract, PartFound } from './part.ts'
import { type PartPool, startParts } from './part-pool.ts'

/** With less than so many raw bytes threads are not worth their start. */
const MUCH = 16 * 1024 * 1024
const CHUNK = 1024 * 1024
const LOOK_MS = 100

const readSome = promisify(read)

/** An archive that is whole and good. `sha256`: of the whole file, in hex. */
export type ReadArchive = {
  readonly header: ArchiveHeader
  readonly members: number
  readonly contentBytes: number
  readonly sha256: string
  readonly placed: readonly Placed[]
}

/** Whether an archive is read by several threads: a large file with a sound seal, where there are threads to start. */
export function isForParts(source: ArchiveSource, seal: ReadSeal | null, context: JobContext): seal is ReadSeal {
  return (
    source.fd !== undefined &&
    context.readerPath !== undefined &&
    seal !== null &&
    seal.frames.reduce((sum, { raw }) => sum + raw, 0) >= MUCH
  )
}

/**
 * Reads all of an archive by several threads, and accounts for every byte: each thread checks the members of its parts,
 * and sums up what the manifest must say of them; this one sums up the file, then holds the manifest against that.
 * With `extract` the members' content is put in place on the way; folders are not finished yet.
 *
 * Null: something is not as it must be, and a reader in sequence has to say what (`verifyArchiveFile`). Throws
 * `archive-unreadable`, `archive-header-invalid`, why a member could not be put in place, `cancelled`.
 */
export async function readInParts(
  source: ArchiveSource,
  seal: ReadSeal,
  context: JobContext,
  extract: PartExtract | null,
): Promise<ReadArchive | null> {
  const { fd, path, size } = source
  const { readerPath } = context
  if (fd === undefined || readerPath === undefined) return null
  const phase = extract === null ? 'verify' : 'extract'
  const meter = createMeter(context, { phase, bytesTotal: size, membersTotal: 0 })
  const header = await readHeaderRecord(source, seal)
  const cut = cutParts(seal)
  if (cut.length === 0) return null
  const pool = startParts(readerPath, { path, fd }, seal, cut, extract)
  let told = 0
  const timer = setInterval(() => {
    try {
      context.checkCancelled()
    } catch (thrown) {
      pool.fail(thrown)
    }
    const done = pool.bytesDone()
    meter.bytes(done - told)
    told = done
  }, LOOK_MS)
  try {
    const [parts, sha256] = await Promise.all([pool.outcome, digestOf(fd, path, seal, pool)])
    if (parts === null || sha256 === null || !inOrder(parts.found)) return null
    if (!(await manifestAgrees(source, seal, parts.found))) return null
    meter.bytes(size - told)
    meter.finish()
    const sum = (of: (found: PartFound) => number) => parts.found.reduce((total, each) => total + of(each), 0)
    return {
      header,
      members: sum(({ members }) => members) + 1,
      contentBytes: sum(({ contentBytes }) => contentBytes),
      sha256,
      placed: parts.placed,
    }
  } finally {
    clearInterval(timer)
    await pool.close()
  }
}

/**
 * SHA-256 of the file, in hex; null: what stands before the seal is not what the seal says. Ends early when the threads do.
 * However slow the source is, its caller can end those meanwhile.
 */
async function digestOf(fd: number, path: string, seal: ReadSeal, pool: PartPool): Promise<string | null> {
  const whole = newSha256()
  const room = Buffer.allocUnsafeSlow(CHUNK)
  let failed = false
  pool.outcome.then(
    (parts) => {
      failed = parts === null
    },
    () => {
      failed = true
    },
  )
  for (let at = 0; at < seal.offset; ) {
    const { bytesRead } = await readSome(fd, room, 0, Math.min(CHUNK, seal.offset - at), at).catch(
      (thrown: unknown) => {
        throw readFailure(path, thrown)
      },
    )
    if (bytesRead === 0 || failed) return null
    whole.update(room.subarray(0, bytesRead))
    at += bytesRead
  }
  if (!whole.copy().digest().equals(seal.sha256)) return null
  // The seal was found to be this, byte by byte, and to end the file.
  return whole.update(encodeSeal(seal.codec, seal)).digest('hex')
}

/** Names of members stand in the walk's order from part to part, where that was looked at. */
function inOrder(parts: readonly PartFound[]): boolean {
  let last: Uint8Array | null = null
  for (const { names } of parts) {
    if (names === null) continue
    if (last !== null && compareNames(last, names.first) >= 0) return false
    last = names.last
  }
  return true
}
