import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import type { ArchiveHeader, ArchiveSummary } from '../../../shared/model/archive.ts'
import { codecForName } from './codec.ts'
import { createFrameWriter } from './frame-writer.ts'
import { type Member, manifestLine } from './member.ts'
import { escapeName, HEADER_NAME, MANIFEST_NAME } from './member-name.ts'
import { createMeter, type JobContext } from './meter.ts'
import { type OutputLink, type OutputPlan, openOutput } from './output.ts'
import { readOwners } from './owners.ts'
import { recheck, remember } from './recheck.ts'
import { scanTargets } from './scan.ts'
import { commonOf, kindOf, memberName, readSome, withUnchanged } from './source.ts'
import { createSpool } from './spool.ts'
import { encodeHeader, padding, TAR_END } from './tar-header.ts'
import { type Found, placesToWalk, reading, walk } from './walk.ts'

export type WriteJob = {
  readonly header: ArchiveHeader
  readonly targets: readonly string[]
  /** The final name: chooses the compression, and is what problems name. */
  readonly to: string
  readonly level: number | null
  readonly output: OutputPlan
  readonly scratch: readonly [number, number]
}

/** `skipped`: sockets, as escaped absolute paths. */
export type WrittenArchive = ArchiveSummary & { readonly skipped: readonly string[] }

/**
 * Writes the whole archive to its output; making it durable and giving it its name is the medium's part. Reads synchronously,
 * so it belongs in a thread of its own; memory does not depend on the targets but for one entry for each file that has
 * several names.
 */
export async function writeArchive(job: WriteJob, context: JobContext, link: OutputLink): Promise<WrittenArchive> {
  const codec = codecForName(job.to)
  const measured = scanTargets(job.targets, context)
  const meter = createMeter(context, {
    phase: 'archive',
    bytesTotal: measured.bytes,
    membersTotal: measured.members,
  })
  const output = openOutput(job.output, job.to, link, context)
  const frames = createFrameWriter(codec, job.level ?? codec.defaultLevel, output.append)
  const manifest = createSpool(job.scratch[0], job.to)
  const seen = createSpool(job.scratch[1], job.to)
  const owners = readOwners()
  const linked = new Map<string, Buffer>()
  const skipped: string[] = []
  const places = placesToWalk(job.targets)
  let members = 0
  let contentBytes = 0

  const addWhole = async (member: Member, content: Buffer | null) => {
    await frames.write(encodeHeader(member))
    if (content !== null) await frames.write(Buffer.concat([content, Buffer.alloc(padding(content.length))]))
    manifest.append(manifestLine(member, content === null ? null : sha256Of(content)))
    members += 1
  }
  const addFile = async (found: Found) => {
    const size = Number(found.stat.size)
    const member: Member = { ...commonOf(found, owners), type: 'file', size, link: null }
    const hash = createHash('sha256')
    await withUnchanged(found, async (fd) => {
      await frames.write(encodeHeader(member))
      for (let left = size; left > 0; ) {
        context.checkCancelled()
        const room = frames.room()
        const count = readSome(found, fd, room.length > left ? room.subarray(0, left) : room)
        hash.update(room.subarray(0, count))
        left -= count
        meter.bytes(count)
        await frames.advance(count)
      }
      await frames.write(TAR_END.subarray(0, padding(size)))
    })
    contentBytes += size
    manifest.append(manifestLine(member, hash.digest('hex')))
    members += 1
  }
  const add = async (found: Found) => {
    const kind = kindOf(found)
    if (kind === 'socket') {
      skipped.push(escapeName(found.path))
      return
    }
    meter.current(found.path)
    remember(seen, found)
    if (kind === 'directory')
      await addWhole({ ...commonOf(found, owners), type: 'directory', size: 0, link: null }, null)
    else if (kind === 'symlink') {
      const link = reading(found.path, (path) => readlinkSync(path, { encoding: 'buffer' }))
      await addWhole({ ...commonOf(found, owners), type: 'symlink', size: 0, link }, null)
    } else {
      const identity = found.stat.nlink > 1n ? `${found.stat.dev}:${found.stat.ino}` : null
      const link = identity === null ? undefined : linked.get(identity)
      if (link !== undefined) await addWhole({ ...commonOf(found, owners), type: 'hardlink', size: 0, link }, null)
      else {
        await addFile(found)
        if (identity !== null) linked.set(identity, memberName(found.path))
      }
    }
    meter.member()
  }

  const own = ownMember(job.header)
  const header = Buffer.from(`${JSON.stringify(job.header, null, 2)}\n`, 'utf8')
  await addWhole({ ...own, name: Buffer.from(HEADER_NAME), size: header.length }, header)
  for (const found of walk(places)) {
    context.checkCancelled()
    await add(found)
  }
  recheck(places, seen, context)

  const manifestFrame = await frames.breakFrame()
  await frames.write(encodeHeader({ ...own, name: Buffer.from(MANIFEST_NAME), size: manifest.size() }))
  for (const piece of manifest.read()) {
    context.checkCancelled()
    await frames.write(piece)
  }
  await frames.write(TAR_END.subarray(0, padding(manifest.size())))
  await frames.write(TAR_END)
  const { bytes, sha256 } = await frames.finish(manifestFrame)
  meter.current(null)
  meter.finish()
  const { position, host } = job.header
  return { path: job.to, bytes, sha256, members: members + 1, contentBytes, position, host, skipped }
}

/** The archive's own members belong to nobody and bear the time at which the run began. */
function ownMember(header: ArchiveHeader): Omit<Member, 'name' | 'size'> {
  const mtime = BigInt(Date.parse(header.startedAt)) * 1_000_000n
  return { type: 'file', mode: 0o600, uid: 0, gid: 0, user: '', group: '', mtime, link: null }
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
