import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'

/** A real filesystem of its own. `end` unmounts it and takes its image away. */
export type Mounted = {
  readonly folder: string
  /** Free at the beginning. */
  readonly bytes: number
  /** The loop device that it lies on; null for one in memory. */
  readonly device: string | null
  readonly end: () => void
}

type Kind = 'ext4' | 'xfs' | 'tmpfs' | 'exfat'

const megabytes: Readonly<Record<Kind, number>> = { ext4: 8, xfs: 300, tmpfs: 6, exfat: 8 }

/**
 * Mounts a small filesystem at a new folder: ext4 and xfs on a loop device, exFAT (which knows no hard links) through
 * FUSE on one. Null where this account may not, or where the programs are missing.
 */
export function mountSmall(kind: Kind, folder: string): Mounted | null {
  if (process.getuid?.() !== 0) return null
  mkdirSync(folder, { recursive: true })
  if (kind === 'tmpfs') {
    if (!runs('mount', '-t', 'tmpfs', '-o', `size=${megabytes.tmpfs}m`, 'tmpfs', folder)) return null
    return mounted(folder, null, () => undefined)
  }
  const image = `${folder}.img`
  writeFileSync(image, '')
  truncateSync(image, megabytes[kind] * 1024 * 1024)
  const device = loopDevice(image)
  if (device === null) return null
  const drop = () => {
    runs('losetup', '-d', device)
    rmSync(image, { force: true })
  }
  const made = kind === 'ext4' ? runs('mkfs.ext4', '-qF', device) : runs(`mkfs.${kind}`, device)
  const how = kind === 'exfat' ? ['mount.exfat-fuse'] : ['mount']
  if (made && runs(how[0] ?? '', device, folder)) return mounted(folder, device, drop)
  drop()
  return null
}

export type Loop = { readonly path: string; readonly image: string; readonly end: () => void }

let loops = 0

/** A block device of its own, over a new file in `folder`; null where this account may not make one. */
export function newLoop(folder: string, megabytes: number): Loop | null {
  if (process.getuid?.() !== 0) return null
  loops += 1
  const image = `${folder}/loop-${loops}.img`
  writeFileSync(image, '')
  truncateSync(image, megabytes * 1024 * 1024)
  const path = loopDevice(image)
  if (path === null) return null
  const end = () => {
    runs('losetup', '-d', path)
    // The filesystem that it lies on may be gone.
    runs('rm', '-f', image)
  }
  return { path, image, end }
}

/** A loop device over a file; null where there is none to be had. */
function loopDevice(image: string): string | null {
  const { status, stdout } = spawnSync('losetup', ['-f', '--show', image], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}

function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0
}

function mounted(folder: string, device: string | null, drop: () => void): Mounted {
  const { bavail, bsize } = statfsSync(folder)
  const end = () => {
    runs('umount', '-l', folder)
    drop()
  }
  return { folder, bytes: bavail * bsize, device, end }
}
