import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import { codeOf } from '../../ports/medium-failure.ts'
import { type AttributePolicy, applyTo } from './apply-attributes.ts'
import type { Root } from './mapping.ts'
import type { Entry } from './member-sink.ts'
import { placingCalls } from './placing-calls.ts'

/** What stands where a folder should be is none: a file, or a symlink, which is never followed. */
export class NotAFolder extends Error {
  override readonly name = 'NotAFolder'
}

/**
 * The folder that is worked in and those above it up to the root's, each held open and found by its name in the one
 * above, so that whatever links the archive made, or anyone else makes meanwhile, nothing is reached by a path. A folder
 * gets its attributes when it is left, because each name made in it changes its time and a strict mode would keep us out.
 */
export type Levels = {
  /** Goes to this folder, making those that are missing; gives its descriptor. Throws `NotAFolder`. */
  readonly enter: (root: Root, parts: readonly Buffer[]) => number
  /** Makes a folder of the archive in the current one, and goes there; false: there is one already. */
  readonly make: (name: Buffer, entry: Entry) => boolean
  /** Folders that were left so far. */
  readonly left: () => number
  /** Leaves them all. */
  readonly leave: () => void
  /** Closes them as they are. */
  readonly abandon: () => void
}

type Level = { readonly name: Buffer; readonly fd: number; readonly finish: () => void }

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** Of a folder that the archive holds something in but does not hold itself (own decision). */
const PLAIN_MODE = 0o755
const SLASH = Buffer.from('/')

/** A name in an open folder, as a path that leads through no link. */
export function within(fd: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name])
}

/**
 * The first files and folders are synced one by one, so that a small extraction does not wait for all that others have
 * written; past that one sync of the whole file system is cheaper (own decision, and what a disk does best).
 */
export const SYNCED_SINGLY = 100

/**
 * How several that work on one archive share its folders. `all`: nobody else. `content`: folders are made where one is
 * needed and left for another to finish. `rest`: folders stand as `content` left them and are gone through in the walk's
 * order, once.
 */
export type Share = 'all' | 'content' | 'rest'

/** `empty`: folders that were there before, are empty, and may be used; by root. */
export function createLevels(policy: AttributePolicy, empty: ReadonlySet<Root>, share: Share): Levels {
  const stack: Level[] = []
  let root: Root | null = null
  /** Folders that we made only because something lies in them: the archive may yet tell of them, once. */
  const untold = new Set<string>()
  let left = 0
  const waiting = new Set(empty)
  const fd = () => stack.at(-1)?.fd ?? -1
  const keyOf = (name: Buffer | null) =>
    Buffer.concat([...stack.map((level) => level.name), ...(name ? [name] : [])].flatMap((each) => [each, SLASH]))
      .toString('latin1')
      .concat(String(root?.to))

  const leaveTo = (depth: number) => {
    while (stack.length > depth) {
      const level = stack.pop()
      if (level === undefined) return
      try {
        level.finish()
        left += 1
        if (share === 'all' && left <= SYNCED_SINGLY) fsyncSync(level.fd)
      } finally {
        closeSync(level.fd)
      }
    }
  }
  const open = (name: Buffer): number => {
    const path = within(fd(), name)
    try {
      return openSync(path, FOLDER)
    } catch (thrown) {
      const code = codeOf(thrown)
      if (code === 'ELOOP' || code === 'ENOTDIR') throw new NotAFolder('not a folder', { cause: thrown })
      // A folder that was left with a mode that shuts us out; the superuser never comes here.
      if (code !== 'EACCES' || !lstatSync(path).isDirectory()) throw thrown
      chmodSync(path, 0o700)
      return openSync(path, FOLDER)
    }
  }
  const push = (name: Buffer, finish: (opened: number) => () => void) => {
    const opened = open(name)
    stack.push({ name, fd: opened, finish: finish(opened) })
  }
  /** Leaves a folder as it was found, but for what was made in it. */
  const asFound = (opened: number) => {
    const { mode, mtimeNs } = fstatSync(opened, { bigint: true })
    if ((mode & 0o700n) !== 0o700n) fchmodSync(opened, Number(mode & 0o7777n) | 0o700)
    return () => {
      fchmodSync(opened, Number(mode & 0o7777n))
      placingCalls().setTime(opened, mtimeNs)
    }
  }
  const asItIs = () => () => undefined
  const asPlain = (opened: number) => {
    fchmodSync(opened, PLAIN_MODE)
    return () => undefined
  }
  const step = (name: Buffer) => {
    try {
      mkdirSync(within(fd(), name), 0o700)
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
      const isOurs = share === 'content' || untold.has(keyOf(name))
      return push(name, isOurs ? asItIs : share === 'rest' ? asPlain : asFound)
    }
    if (share === 'content') return push(name, asItIs)
    untold.add(keyOf(name))
    push(name, asPlain)
  }

  return {
    enter: (wanted, parts) => {
      if (wanted !== root) {
        leaveTo(0)
        root = wanted
        const opened = openSync(wanted.folder, constants.O_RDONLY | constants.O_DIRECTORY)
        stack.push({ name: Buffer.alloc(0), fd: opened, finish: () => undefined })
        if (waiting.delete(wanted)) untold.add(keyOf(wanted.name))
      }
      let same = 0
      while (same < parts.length && parts[same]?.equals(stack[same + 1]?.name ?? SLASH)) same += 1
      leaveTo(same + 1)
      for (const name of parts.slice(same)) step(name)
      return fd()
    },
    make: (name, entry) => {
      const key = keyOf(name)
      try {
        mkdirSync(within(fd(), name), 0o700)
      } catch (thrown) {
        if (codeOf(thrown) !== 'EEXIST') throw thrown
        if (!untold.delete(key) && share !== 'rest') return false
      }
      push(name, (opened) => () => applyTo(opened, entry, policy))
      return true
    },
    left: () => left,
    leave: () => leaveTo(0),
    abandon: () => {
      for (const level of stack.splice(0)) closeSync(level.fd)
    },
  }
}
