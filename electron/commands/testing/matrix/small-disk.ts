import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'

/** A file system of its own at a folder, which can be full at once and have room again. */
export interface SmallDisk {
  /** Leaves so many bytes free, none without it, and writes none. */
  fill(left?: number): void
  empty(): void
  unmount(): void
}

const roomy = '4g'

/** Mounts one at this folder; null where only the superuser may. */
export function mountSmallDisk(folder: string): SmallDisk | null {
  mkdirSync(folder, { recursive: true })
  if (process.getuid?.() !== 0) return null
  const mount = (...words: string[]) => execFileSync('mount', [...words, folder], { stdio: 'pipe' })
  try {
    mount('-t', 'tmpfs', '-o', `size=${roomy},mode=0755`, 'tmpfs')
  } catch {
    return null
  }
  return {
    fill(left = 0) {
      const { blocks, bfree, bsize } = statfsSync(folder)
      mount('-o', `remount,size=${(blocks - bfree) * bsize + left}`)
    },
    empty: () => void mount('-o', `remount,size=${roomy}`),
    unmount: () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}
