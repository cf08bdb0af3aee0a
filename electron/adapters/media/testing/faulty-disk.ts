import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

type Operation = 'write' | 'read' | 'fsync' | 'fsyncdir' | 'link' | 'unlink' | 'create' | 'lookup' | 'getattr'

/**
 * What goes wrong with every such operation: an error of the system, an answer that comes late, at a pace, or only with the next
 * `faults`, or a write of which only the first `most` bytes are taken. `name`: only for a file whose name ends so; `afterBytes`: only
 * once so many bytes were written.
 */
export type Fault = {
  readonly on: Operation
  readonly name?: string
  readonly afterBytes?: number
  readonly error?: 'EIO' | 'EROFS' | 'ENOSPC' | 'EDQUOT' | 'EFBIG' | 'ENODEV' | 'EPERM'
  readonly delayMs?: number
  readonly bytesPerSecond?: number
  readonly most?: number
  readonly hang?: boolean
}

/** A real mounted filesystem whose disk fails when told. It holds one folder of files. */
export type FaultyDisk = {
  readonly folder: string
  /** Resolves once they are what happens; none: all is well again. What hung goes on. */
  readonly faults: (...faults: readonly Fault[]) => Promise<void>
  /** What hangs since the last `faults`: operation and names of the file. */
  readonly waiting: () => string
  /** The disk is gone: whatever waits for it and whatever is asked of it from now on fails. */
  readonly tearOut: () => Promise<void>
  readonly end: () => Promise<void>
}

/** Null where this account may not mount, or where the system has no FUSE. */
export async function faultyDisk(folder: string, bytes = 1_000_000_000): Promise<FaultyDisk | null> {
  if (process.getuid?.() !== 0) return null
  let fuse: number
  try {
    fuse = openSync('/dev/fuse', 'r+')
  } catch {
    return null
  }
  const backing = `${folder}.content`
  mkdirSync(folder, { recursive: true })
  mkdirSync(backing)
  const program = fileURLToPath(new URL('faulty-disk-server.mjs', import.meta.url))
  const server = spawn(process.execPath, [program, backing, String(bytes)], {
    stdio: ['pipe', 'pipe', 'inherit', fuse],
  })
  let waiting = ''
  let onTold: () => void = () => undefined
  createInterface({ input: server.stdout as Readable }).on('line', (line) => {
    if (line === 'told') onTold()
    else waiting += `${line}\n`
  })
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other'
  const mounting = spawn('mount', ['-i', '-n', '-t', 'fuse', '-o', options, 'faulty', folder], {
    stdio: ['ignore', 'ignore', 'ignore', fuse],
  })
  const mounted = (await ended(mounting)) === 0
  closeSync(fuse)
  const tearOut = async () => {
    server.kill('SIGKILL')
    await gone
  }
  const end = async () => {
    if (mounted) await ended(spawn('umount', ['-l', folder]))
    await tearOut()
    rmSync(backing, { recursive: true, force: true })
  }
  if (!mounted) {
    await end()
    return null
  }
  return {
    folder,
    waiting: () => waiting,
    faults: async (...faults) => {
      waiting = ''
      const told = new Promise<void>((resolve) => {
        onTold = resolve
      })
      server.stdin?.write(`${JSON.stringify(faults)}\n`)
      await told
    },
    tearOut,
    end,
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve(null))
  })
}
