import { spawnSync } from 'node:child_process'
import { fsyncSync, futimesSync, lutimesSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'

/**
 * System calls that putting files in place needs and Node lacks. A failed one throws an `Error` with the system's `code`.
 */
export type PlacingCalls = {
  /** Whether times are kept to the nanosecond; without the C library's calls they are cut to what Node can say. */
  readonly exactTimes: boolean
  /** Sets access and modification time, nanoseconds since the epoch, of what is open or, not following a link, of a path. */
  readonly setTime: (subject: number | Buffer, nanoseconds: bigint) => void
  /** Makes all that was written to the file system that `fd` lies on durable. */
  readonly syncFileSystem: (fd: number) => void
  /** Renames; fails with EEXIST where the new name stands, be it an empty folder. */
  readonly renameNew: (from: string, to: string) => void
  readonly makeNode: (path: Buffer, mode: number, major: number, minor: number) => void
}

const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const RENAME_NOREPLACE = 1
const SECOND = 1_000_000_000n
const NUL = Buffer.alloc(1)

let loaded: PlacingCalls | undefined

export function placingCalls(): PlacingCalls {
  loaded ??= bind() ?? plainCalls
  return loaded
}

function bind(): PlacingCalls | null {
  if (process.platform !== 'linux') return null
  let koffi: typeof import('koffi')
  let native: Record<string, (...given: readonly unknown[]) => number>
  try {
    koffi = createRequire(import.meta.url)('koffi')
    const libc = koffi.load(null)
    native = {
      futimens: libc.func('int futimens(int fd, const void *times)'),
      utimensat: libc.func('int utimensat(int fd, const void *path, const void *times, int flags)'),
      syncfs: libc.func('int syncfs(int fd)'),
      renameat2: libc.func('int renameat2(int fd, const char *from, int other, const char *to, unsigned int flags)'),
      mknod: libc.func('int mknod(const void *path, unsigned int mode, uint64_t device)'),
    }
  } catch {
    return null
  }
  const call = (name: string, ...given: readonly unknown[]) => {
    if (native[name]?.(...given) === 0) return
    const number = koffi.errno()
    const code = Object.entries(constants.errno).find(([, each]) => each === number)?.[0] ?? String(number)
    throw Object.assign(new Error(`${code}: ${name}`), { code, errno: -number, syscall: name })
  }
  const times = Buffer.alloc(32)
  return {
    exactTimes: true,
    setTime: (subject, nanoseconds) => {
      const rest = ((nanoseconds % SECOND) + SECOND) % SECOND
      const seconds = (nanoseconds - rest) / SECOND
      for (const at of [0, 16]) {
        times.writeBigInt64LE(seconds, at)
        times.writeBigInt64LE(rest, at + 8)
      }
      if (typeof subject === 'number') call('futimens', subject, times)
      else call('utimensat', AT_FDCWD, Buffer.concat([subject, NUL]), times, AT_SYMLINK_NOFOLLOW)
    },
    syncFileSystem: (fd) => call('syncfs', fd),
    renameNew: (from, to) => call('renameat2', AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE),
    makeNode: (path, mode, major, minor) =>
      call('mknod', Buffer.concat([path, NUL]), mode, deviceNumber(BigInt(major), BigInt(minor))),
  }
}

/** Linux's dev_t: major and minor number, twelve and eight bits each in the old places and the rest above. */
function deviceNumber(major: bigint, minor: bigint): bigint {
  return (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n) | ((major & ~0xfffn) << 32n)
}

/** Where the machine code does not load: the nearest that Node and the system's own programs can do. */
const plainCalls: PlacingCalls = {
  exactTimes: false,
  setTime: (subject, nanoseconds) => {
    const seconds = Number(nanoseconds) / 1e9
    if (typeof subject === 'number') futimesSync(subject, seconds, seconds)
    else lutimesSync(subject, seconds, seconds)
  },
  syncFileSystem: (fd) => {
    const done = spawnSync('sync', ['-f', `/proc/${process.pid}/fd/${fd}`])
    if (done.status !== 0) fsyncSync(fd)
  },
  renameNew: (from, to) => renameSync(from, to),
  makeNode: () => {
    throw Object.assign(new Error('ENOSYS: mknod'), { code: 'ENOSYS' })
  },
}
