import { createRequire } from 'node:module'
import { constants } from 'node:os'

/** A file by its descriptor, or by its path, in which a symlink at the end is not followed. */
export type Subject = number | Buffer

/**
 * System calls that Node lacks. What fails throws an `Error` with the `code` of the system, as Node's own calls do. A
 * file system that knows no extended attributes lists none.
 */
export type SystemCalls = {
  /** Whether there are any; the quick question. A file system that knows none has none. */
  readonly hasXattrs: (fd: number) => boolean
  /** Names of the extended attributes, in byte order. */
  readonly listXattrs: (subject: Subject) => readonly Buffer[]
  readonly getXattr: (subject: Subject, name: Buffer) => Buffer
  readonly setXattr: (subject: Subject, name: Buffer, value: Buffer) => void
  /** Where the next data begins at or after `offset`; null: only a hole is left. Moves the file's position. */
  readonly seekData: (fd: number, offset: number) => number | null
  /** Where the next hole begins at or after `offset`, at the latest the end of the file. Moves the file's position. */
  readonly seekHole: (fd: number, offset: number) => number
  /** Tells the system that the file will be read from beginning to end, so that it reads further ahead. Never throws. */
  readonly adviseSequential: (fd: number) => void
  /**
   * Has the system begin to write these bytes of the file to its disk, and waits for none to be there; the sync at the end then
   * finds little left to do. What fails is told by a sync of the file. Never throws.
   */
  readonly startWriting: (fd: number, offset: number, length: number) => void
  /** What a path is, a symlink at its end not followed, into `out`; the path ends with a NUL. Null: not in every C library. */
  readonly statx: ((path: Buffer, out: Buffer) => void) | null
  /** The next entries of an open folder as `getdents64` puts them, into `room`; gives their bytes, 0 at the end. Null: not in every C library. */
  readonly readEntries: ((fd: number, room: Buffer) => number) | null
  /** Gives memory back that the allocator holds free: compressors leave much in the arenas of several threads. Never throws. */
  readonly trimMemory: () => void
  /** Ends the process at once, waiting for no thread: one may be kept by a disk that does not answer. Null: not to be had. */
  readonly exitNow: ((code: number) => void) | null
  /** Has threads that start from now on share two of the allocator's arenas, each of which keeps what was freed in it. Never throws. */
  readonly shareArenas: () => void
}

const SEEK_DATA = 3
const SEEK_HOLE = 4
const ADVICE_SEQUENTIAL = 2
const SYNC_FILE_RANGE_WRITE = 2
const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const STATX_BASIC = 0x7ff
const MALLOC_ARENA_MAX = -8
const NUL = Buffer.alloc(1)

let loaded: SystemCalls | null | undefined

/** Null where the machine code is missing or does not load (a platform without a prebuilt package). Linux only. */
export function systemCalls(): SystemCalls | null {
  if (loaded === undefined) loaded = process.platform === 'linux' ? bind() : null
  return loaded
}

function bind(): SystemCalls | null {
  let koffi: typeof import('koffi')
  let native: Record<string, (...given: readonly unknown[]) => number | bigint>
  try {
    koffi = createRequire(import.meta.url)('koffi')
    const libc = koffi.load(null)
    const of = (prototype: string) => libc.func(prototype)
    native = {
      flistxattr: of('int64_t flistxattr(int fd, void *list, size_t size)'),
      llistxattr: of('int64_t llistxattr(const void *path, void *list, size_t size)'),
      fgetxattr: of('int64_t fgetxattr(int fd, const void *name, void *value, size_t size)'),
      lgetxattr: of('int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)'),
      fsetxattr: of('int fsetxattr(int fd, const void *name, const void *value, size_t size, int flags)'),
      lsetxattr: of('int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)'),
      lseek64: of('int64_t lseek64(int fd, int64_t offset, int whence)'),
      posix_fadvise64: of('int posix_fadvise64(int fd, int64_t offset, int64_t length, int advice)'),
    }
  } catch {
    return null
  }
  const failure = (call: string): Error => {
    const number = koffi.errno()
    const code = Object.entries(constants.errno).find(([, each]) => each === number)?.[0] ?? String(number)
    return Object.assign(new Error(`${code}: ${call}`), { code, errno: -number, syscall: call })
  }
  const terminated = (subject: Subject) => (typeof subject === 'number' ? subject : Buffer.concat([subject, NUL]))
  const room = Buffer.alloc(64 * 1024)

  const { flistxattr } = native
  const statx = optional(() => {
    const call = koffi
      .load(null)
      .func('int statx(int dirfd, const void *path, int flags, unsigned int mask, void *out)')
    const of = (path: Buffer, out: Buffer) => call(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC, out) === 0
    // Some containers forbid what the C library has.
    return of(Buffer.from('/\0'), Buffer.alloc(256)) ? of : null
  })
  const syncRange = optional(() =>
    koffi.load(null).func('int sync_file_range(int fd, int64_t offset, int64_t length, unsigned int flags)'),
  )
  const getdents = optional(() => koffi.load(null).func('int64_t getdents64(int fd, void *room, size_t size)'))
  const adjust = optional(() => koffi.load(null).func('int mallopt(int parameter, int value)'))
  const trim = optional(() => koffi.load(null).func('int malloc_trim(size_t pad)'))
  const exit = optional(() => koffi.load(null).func('void _exit(int status)'))
  return {
    hasXattrs: (fd) => Number(flistxattr?.(fd, null, 0)) > 0,
    listXattrs: (subject) => {
      const call = typeof subject === 'number' ? 'flistxattr' : 'llistxattr'
      const length = Number(native[call]?.(terminated(subject), room, room.length))
      if (length < 0) {
        if (koffi.errno() === constants.errno.ENOTSUP) return []
        throw failure(call)
      }
      const names: Buffer[] = []
      for (let at = 0; at < length; ) {
        const end = room.indexOf(0, at)
        names.push(Buffer.from(room.subarray(at, end)))
        at = end + 1
      }
      return names.sort(Buffer.compare)
    },
    getXattr: (subject, name) => {
      const call = typeof subject === 'number' ? 'fgetxattr' : 'lgetxattr'
      const length = Number(native[call]?.(terminated(subject), terminated(name), room, room.length))
      if (length < 0) throw failure(call)
      return Buffer.from(room.subarray(0, length))
    },
    setXattr: (subject, name, value) => {
      const call = typeof subject === 'number' ? 'fsetxattr' : 'lsetxattr'
      if (native[call]?.(terminated(subject), terminated(name), value, value.length, 0) !== 0) throw failure(call)
    },
    seekData: (fd, offset) => {
      const at = Number(native.lseek64?.(fd, offset, SEEK_DATA))
      if (at >= 0) return at
      if (koffi.errno() === constants.errno.ENXIO) return null
      throw failure('lseek')
    },
    seekHole: (fd, offset) => {
      const at = Number(native.lseek64?.(fd, offset, SEEK_HOLE))
      if (at < 0) throw failure('lseek')
      return at
    },
    statx:
      statx === null
        ? null
        : (path, out) => {
            if (!statx(path, out)) throw failure('statx')
          },
    readEntries:
      getdents === null
        ? null
        : (fd, room) => {
            const filled = Number(getdents(fd, room, room.length))
            if (filled < 0) throw failure('getdents64')
            return filled
          },
    trimMemory: () => {
      trim?.(0)
    },
    exitNow: exit === null ? null : (code) => void exit(code),
    shareArenas: () => {
      adjust?.(MALLOC_ARENA_MAX, 2)
    },
    adviseSequential: (fd) => {
      native.posix_fadvise64?.(fd, 0, 0, ADVICE_SEQUENTIAL)
    },
    startWriting: (fd, offset, length) => {
      syncRange?.(fd, offset, length, SYNC_FILE_RANGE_WRITE)
    },
  }
}

/** What not every C library has. */
function optional<Value>(find: () => Value): Value | null {
  try {
    return find()
  } catch {
    return null
  }
}
