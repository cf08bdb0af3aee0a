import { existsSync, lstatSync, realpathSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import type { ArchiveHeader, ManifestEntry } from '../../../shared/model/archive.ts'
import { fail } from '../../../shared/model/problem.ts'
import { isInside } from '../../formats/domain-rules.ts'
import type { RestorePlace } from '../../formats/restore-record.ts'
import { escapeName } from '../archive/member-name.ts'
import { mountsBelow, readMountPoints } from './mounts.ts'
import { bytesOf, found } from './moves.ts'
import { workFolderName } from './swap.ts'

/** What an archive holds for one place of a restore. */
export interface HeldPlace {
  readonly place: RestorePlace
  /** Room that its content takes on a disk, as far as the manifest tells. */
  readonly bytes: number
  readonly entries: number
}

/** Gathers from a manifest, entry by entry, what an archive holds below its targets. */
export interface Holding {
  take(entry: ManifestEntry): void
  /** Throws `restore-target-absent` for a target that the archive names and does not hold. */
  places(runId: string): readonly HeldPlace[]
}

const block = 4096

/**
 * The places that a restore of this archive exchanges: its outermost targets, and for a target that is a symbolic link what that
 * points to on this machine. Places throws `restore-link-differs`, `restore-mounted`, `restore-target-absent`; nothing is changed.
 */
export function createHolding(header: ArchiveHeader, mounts: readonly string[] = readMountPoints()): Holding {
  const targets = outermost(header.targets.map((target) => posix.normalize(target).replace(/(?<=.)\/$/, '')))
  const roots = new Map<string, ManifestEntry['type']>()
  const held = new Map<string, { bytes: number; entries: number }>()
  const links = new Map<string, string>()

  const rootOf = (path: string): string | undefined =>
    targets.find((target) => isInside(path, escaped(target))) ??
    [...links.values()].find((target) => isInside(path, escaped(target)))

  return {
    take({ path: name, type, size }) {
      const path = `/${name}`
      const target = targets.find((each) => escaped(each) === path)
      if (target !== undefined) {
        roots.set(target, type)
        if (type === 'symlink') links.set(target, pointedTo(header.host, target))
      }
      const root = rootOf(path)
      if (root === undefined) return
      const sum = held.get(root) ?? { bytes: 0, entries: 0 }
      const bytes = type === 'file' ? Math.ceil(size / block) * block : type === 'directory' ? block : 0
      held.set(root, { bytes: sum.bytes + bytes, entries: sum.entries + 1 })
    },
    places(runId) {
      return targets.map((target) => {
        const type = roots.get(target)
        if (type === undefined) throw fail('restore-target-absent', { host: header.host, target })
        const live = lstatSync(target, { throwIfNoEntry: false })
        if (type !== 'symlink' && live?.isSymbolicLink()) {
          throw fail('restore-link-differs', { host: header.host, target })
        }
        const path = links.get(target) ?? target
        const sum = held.get(path) ?? { bytes: 0, entries: 0 }
        return { place: placeAt(header.host, path, runId, mounts), ...sum }
      })
    },
  }
}

/** Members are named by their bytes; a target is text. */
function escaped(path: string): string {
  return escapeName(Buffer.from(path))
}

function outermost(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)]
  return unique.filter((path) => !unique.some((other) => other !== path && isInside(path, other)))
}

/** The link is never made anew: where it is gone, only the operator knows on which disk the data belongs. */
function pointedTo(host: string, target: string): string {
  const live = lstatSync(target, { throwIfNoEntry: false })
  if (!live?.isSymbolicLink() || !existsSync(target)) throw fail('restore-link-differs', { host, target })
  return realpathSync(target)
}

function placeAt(host: string, given: string, runId: string, mounts: readonly string[]): RestorePlace {
  const mounted = mounts.includes(given)
  const [inside] = mountsBelow(given, mounts)
  if (inside !== undefined) throw fail('restore-mounted', { host, path: inside })
  const stat = lstatSync(given, { throwIfNoEntry: false })
  if (mounted && !stat?.isDirectory()) throw fail('restore-mounted', { host, path: given })
  const path = escaped(given)
  const work = join(mounted ? path : dirname(path), workFolderName(runId))
  const name = basename(path)
  const mode = mounted ? 'content' : 'rename'
  return { host, path, mode, work, staged: join(work, 'staged', name), replaced: join(work, 'replaced', name) }
}

/** Throws `restore-no-space` (12) where a filesystem has less room than what is to be staged there. */
export function assertSpace(held: readonly HeldPlace[]): void {
  const needs = new Map<number, { at: string; bytes: number }>()
  for (const { place, bytes } of held) {
    const at = nearestFolder(place.work)
    const device = statSync(bytesOf(at)).dev
    needs.set(device, { at, bytes: bytes + (needs.get(device)?.bytes ?? 0) })
  }
  for (const { at, bytes } of needs.values()) {
    const { bavail, bsize } = statfsSync(bytesOf(at))
    const free = bavail * bsize
    if (free < bytes) throw fail('restore-no-space', { path: at, needBytes: bytes, freeBytes: free })
  }
}

function nearestFolder(path: string): string {
  return found(path)?.isDirectory() ? path : nearestFolder(dirname(path))
}
