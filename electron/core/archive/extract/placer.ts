import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readlinkSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import { codeOf } from '../../ports/medium-failure.ts'
import { escapeName } from '../member-name.ts'
import { createWriteBehind, WRITE_BEHIND } from '../write-behind.ts'
import { type AttributePolicy, applyTo, applyToPath, modeOf } from './apply-attributes.ts'
import { createLevels, NotAFolder, type Share, SYNCED_SINGLY, within } from './levels.ts'
import { isRoot, type Mapping, partsOf, type Root, split, unsafeName } from './mapping.ts'
import type { Entry, MemberSink } from './member-sink.ts'
import { placingCalls } from './placing-calls.ts'

export type PlacerOptions = {
  /** The archive's name in problems. */
  readonly archive: string
  /**
   * Of an archive that several threads put in place: `content` makes files and symlinks, in any order; `rest` then makes
   * hard links, gives folders what is theirs and makes everything durable. `all` does everything as it comes.
   */
  readonly share: Share
  readonly mapping: Mapping
  /** Roots whose place is an empty folder that is there already. */
  readonly empty: ReadonlySet<Root>
  /** Whether a member is wanted at all. */
  readonly wants: (name: Buffer) => boolean
  /** Names of members that are not wanted but whose content a wanted hard link needs, and the first such link. */
  readonly standIns: ReadonlyMap<string, Buffer>
  readonly attributes: AttributePolicy
  /** Fifos and devices are made, too. */
  readonly specialFiles: boolean
  /** Refuse symlinks that lead out of the root; for archives of other programs (ours keep what the targets hold). */
  readonly confineLinks: boolean
}

export type Placer = MemberSink & {
  readonly placed: () => { readonly members: number; readonly bytes: number }
  /** Finishes the folders and makes everything durable. To be called once all was found good. */
  readonly finish: () => void
  /** Closes what is open and leaves everything as it stands, for the caller to remove. */
  readonly abandon: () => void
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
const fifo = 0o010000
const nodeKinds = { fifo, character: 0o020000, block: 0o060000 } as const

/**
 * Puts members in place as they pass. Nothing is ever overwritten, reached through a link, or made outside the roots,
 * whatever the archive says.
 *
 * Throws `archive-name-unsafe`, `archive-link-unsafe`, `archive-member-twice`, `archive-member-kind`, `extract-full`,
 * `extract-failed`.
 */
export function createPlacer(options: PlacerOptions): Placer {
  const { archive, mapping, attributes, share } = options
  const levels = createLevels(attributes, options.empty, share)
  const roots = new Set<Root>()
  let root: Root | null = null
  let folder: Buffer | null = null
  let folderFd = -1
  let open: OpenFile | null = null
  let members = 0
  let bytes = 0
  let files = 0

  /** Goes to the folder that a member lies in; gives its descriptor and the member's name there. */
  const goTo = (name: Buffer): { readonly fd: number; readonly own: Buffer; readonly root: Root } | null => {
    const wanted = mapping.rootOf(name)
    if (wanted === null) return null
    const slash = name.lastIndexOf(0x2f)
    const above = name.subarray(0, Math.max(slash, 0))
    const own = name.subarray(slash + 1)
    const below = name.length > wanted.prefix.length && slash > 0 && !isRoot(name)
    if (wanted === root && below && slash > wanted.prefix.length && folder?.equals(above))
      return { fd: folderFd, own, root: wanted }
    const parts = partsOf(wanted, name)
    const last = parts.pop() ?? own
    folder = null
    folderFd = levels.enter(wanted, parts)
    root = wanted
    roots.add(wanted)
    if (slash > wanted.prefix.length) folder = Buffer.from(above)
    return { fd: folderFd, own: last, root: wanted }
  }

  const twice = (entry: Entry) => fail('archive-member-twice', { path: archive, member: escapeName(entry.name) })
  const linkUnsafe = (entry: Entry, thrown?: unknown) =>
    fail(
      'archive-link-unsafe',
      { path: archive, member: escapeName(entry.name), link: entry.link === null ? '-' : escapeName(entry.link) },
      thrown,
    )
  const guarded = <Value>(entry: Entry, act: () => Value): Value => {
    try {
      return act()
    } catch (thrown) {
      if (thrown instanceof ProblemError) throw thrown
      if (thrown instanceof NotAFolder) throw linkUnsafe(entry, thrown)
      const code = codeOf(thrown)
      if (code === 'EEXIST') throw twice(entry)
      throw failure(escapeName(entry.name), thrown)
    }
  }

  const makeHardlink = (entry: Entry, fd: number, own: Buffer, depth: number) => {
    const target = entry.link ?? Buffer.alloc(0)
    if (unsafeName(target) !== null) throw linkUnsafe(entry)
    const standIn = options.standIns.get(escapeName(target))
    if (standIn?.equals(entry.name)) return
    const at = standIn ?? target
    const from = mapping.rootOf(at)
    if (from === null || (standIn === undefined && !options.wants(target))) throw linkUnsafe(entry)
    const parts = partsOf(from, at)
    const last = parts.pop() ?? Buffer.alloc(0)
    const chain = openChain(from, parts)
    try {
      // A symlink that leads nowhere bad from where it stands may climb out from where its second name stands.
      if (options.confineLinks && leadsOut(targetOf(within(chain, last)), depth)) throw linkUnsafe(entry)
      linkSync(within(chain, last), within(fd, own))
    } catch (thrown) {
      const code = codeOf(thrown)
      if (code === 'ENOENT' || code === 'EPERM') throw linkUnsafe(entry, thrown)
      if (code !== 'EXDEV') throw thrown
      // Roots on different file systems: what was one file there cannot be one here.
      copyFileSync(within(chain, last), within(fd, own), constants.COPYFILE_EXCL)
      const copy = openSync(within(fd, own), constants.O_WRONLY | constants.O_NOFOLLOW)
      try {
        applyTo(copy, entry, attributes)
      } finally {
        closeSync(copy)
      }
    } finally {
      closeSync(chain)
    }
  }
  const makeSymlink = (entry: Entry, fd: number, own: Buffer, depth: number) => {
    const target = entry.link ?? Buffer.alloc(0)
    if (target.length === 0 || target.includes(0)) throw linkUnsafe(entry)
    if (options.confineLinks && leadsOut(target, depth)) throw linkUnsafe(entry)
    symlinkSync(target, within(fd, own))
    applyToPath(within(fd, own), entry, attributes)
  }
  const makeSpecial = (entry: Entry, fd: number, own: Buffer) => {
    if (entry.type !== 'fifo' && entry.type !== 'character' && entry.type !== 'block') return
    if (!options.specialFiles)
      throw fail('archive-member-kind', { path: archive, member: escapeName(entry.name), kind: entry.type })
    const { major = 0, minor = 0 } = entry.device ?? {}
    placingCalls().makeNode(within(fd, own), nodeKinds[entry.type] | modeOf(entry, attributes), major, minor)
    applyToPath(within(fd, own), entry, attributes)
  }

  const make = (entry: Entry, name: Buffer) => {
    const place = goTo(name)
    if (place === null) return
    members += 1
    const { fd, own } = place
    switch (entry.type) {
      case 'directory':
        if (!levels.make(own, entry)) throw twice(entry)
        folder = null
        return
      case 'file':
        open = openFile(openSync(within(fd, own), NEW_FILE, 0o600), entry)
        return
      case 'symlink':
        return makeSymlink(entry, fd, own, partsOf(place.root, name).length - 2)
      case 'hardlink':
        return makeHardlink(entry, fd, own, partsOf(place.root, name).length - 2)
      default:
        return makeSpecial(entry, fd, own)
    }
  }

  const complete = () => {
    levels.leave()
    if (share === 'content') return
    if (share === 'all' && files <= SYNCED_SINGLY && levels.left() <= SYNCED_SINGLY) return
    const synced = new Set<number>()
    // The threads have filled places in which nothing is left to do here, such as that of one file.
    for (const each of share === 'rest' ? mapping.roots : roots) {
      const fd = openSync(each.folder, constants.O_RDONLY | constants.O_DIRECTORY)
      try {
        syncBelow(fd, synced)
        // The empty folder that was there may be another file system's root.
        if (options.empty.has(each)) syncPlace(within(fd, each.name), synced)
      } finally {
        closeSync(fd)
      }
    }
  }

  return {
    begin: (entry) => {
      const isContent = entry.type !== 'directory' && entry.type !== 'hardlink'
      const reason = unsafeName(entry.name) ?? (options.confineLinks ? overlong(entry.name) : null)
      if (reason !== null)
        throw fail('archive-name-unsafe', { path: archive, member: escapeName(entry.name), text: reason })
      const standIn = entry.type === 'file' ? options.standIns.get(escapeName(entry.name)) : undefined
      if (standIn === undefined && !options.wants(entry.name)) return
      if (share === 'content' && !isContent) return
      if (share === 'rest' && isContent) {
        // It is there; the folders on its way, which nothing else may lead through, are not finished.
        if (standIn === undefined) guarded(entry, () => goTo(entry.name))
        return
      }
      guarded(entry, () => make(entry, standIn ?? entry.name))
    },
    data: (piece, offset) => {
      const file = open
      if (file === null) return
      guarded(file.entry, () => {
        for (let at = 0; at < piece.length; ) at += writeSync(file.fd, piece, at, piece.length - at, offset + at)
      })
      file.end = offset + piece.length
      file.writeBehind(file.end)
      bytes += piece.length
    },
    end: () => {
      const file = open
      if (file === null) return
      open = null
      guarded(file.entry, () => {
        try {
          if (file.end < file.entry.size) ftruncateSync(file.fd, file.entry.size)
          applyTo(file.fd, file.entry, attributes)
          files += 1
          // A sync of the whole file system need not tell what failed before it.
          if ((share === 'all' && files <= SYNCED_SINGLY) || file.end >= WRITE_BEHIND) fsyncSync(file.fd)
        } finally {
          closeSync(file.fd)
        }
      })
    },
    placed: () => ({ members, bytes }),
    finish: () => {
      try {
        complete()
      } catch (thrown) {
        throw failure('/', thrown)
      }
    },
    abandon: () => {
      if (open !== null) closeSync(open.fd)
      open = null
      levels.abandon()
    },
  }
}

/** `end`: up to where it is written. */
type OpenFile = {
  readonly fd: number
  readonly entry: Entry
  readonly writeBehind: (until: number) => void
  end: number
}

function openFile(fd: number, entry: Entry): OpenFile {
  return { fd, entry, writeBehind: createWriteBehind(fd, 0), end: 0 }
}

/** Deeper than this no program, ours neither, could take a folder away again by its path. */
const LONGEST = 3000

function overlong(name: Buffer): string | null {
  return name.length > LONGEST ? `> ${LONGEST}` : null
}

/** Where a symlink points; empty for anything else. */
function targetOf(path: Buffer): Buffer {
  try {
    return readlinkSync(path, { encoding: 'buffer' })
  } catch (thrown) {
    if (codeOf(thrown) !== 'EINVAL') throw thrown
    return Buffer.alloc(0)
  }
}

function failure(member: string, thrown: unknown): ProblemError {
  const code = codeOf(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('extract-full', { member }, thrown)
  return fail('extract-failed', { member, text: code }, thrown)
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

function syncPlace(path: Buffer, synced: Set<number>): void {
  const fd = openSync(path, FOLDER)
  try {
    syncBelow(fd, synced)
  } finally {
    closeSync(fd)
  }
}

function syncBelow(fd: number, synced: Set<number>): void {
  const { dev } = fstatSync(fd)
  if (synced.has(dev)) return
  placingCalls().syncFileSystem(fd)
  synced.add(dev)
}

/** A folder below a root by its names alone, no link followed. */
function openChain(root: Root, parts: readonly Buffer[]): number {
  let fd = openSync(root.folder, constants.O_RDONLY | constants.O_DIRECTORY)
  for (const part of parts) {
    try {
      const next = openSync(within(fd, part), FOLDER)
      closeSync(fd)
      fd = next
    } catch (thrown) {
      closeSync(fd)
      const code = codeOf(thrown)
      if (code === 'ELOOP' || code === 'ENOTDIR') throw new NotAFolder('not a folder', { cause: thrown })
      throw thrown
    }
  }
  return fd
}

/**
 * Whether a symlink `depth` folders below its root points out of it. Names before a `..` may be links themselves, which
 * would make "up" lead elsewhere, so `..` counts only at the beginning.
 */
function leadsOut(target: Buffer, depth: number): boolean {
  if (target[0] === 0x2f) return true
  const parts = split(target)
  const ups = parts.filter((part) => part.equals(UP)).length
  const leading = parts.findIndex((part) => !part.equals(UP))
  return ups > depth || (leading >= 0 && ups > leading)
}

const UP = Buffer.from('..')
