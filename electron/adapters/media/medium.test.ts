import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { fileMedium } from './file.ts'
import { specialMedium } from './special.ts'
import { describeMedium } from './testing/medium-suite.ts'
import { memoryMedium } from './testing/memory.ts'
import { type Loop, type Mounted, mountSmall, newLoop } from './testing/small-filesystem.ts'

let base = ''
let count = 0
const mounts = new Map<string, Mounted | null>()
const loops: Loop[] = []
const kinds = ['ext4', 'xfs', 'tmpfs', 'exfat'] as const

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'medium-'))
  for (const kind of kinds) mounts.set(kind, mountSmall(kind, join(base, kind)))
})
afterAll(() => {
  for (const loop of loops) loop.end()
  for (const mounted of mounts.values()) mounted?.end()
  rmSync(base, { recursive: true, force: true })
})

const newName = (folder: string) => {
  count += 1
  return join(folder, `${count}.tar.zst`)
}

describeMedium('memory', () => {
  const small = memoryMedium({ capacity: 6_000_000 })
  const newPlace = () => newName('/memory')
  return { medium: small, newPlace, smallPlace: newPlace, named: true }
})

describeMedium('a file', () => {
  const folder = join(base, 'folder')
  mkdirSync(folder, { recursive: true })
  return { medium: fileMedium, newPlace: () => newName(folder), smallPlace: () => null, named: true }
})

for (const kind of kinds) {
  describeMedium(`a file on ${kind}`, () => {
    const mounted = mounts.get(kind) ?? null
    if (mounted === null) return null
    spawnSync('sh', ['-c', `rm -f ${mounted.folder}/*.zst*`])
    const newPlace = () => newName(mounted.folder)
    return { medium: fileMedium, newPlace, smallPlace: mounted.bytes < 16_000_000 ? newPlace : () => null, named: true }
  })
}

for (const recordBytes of [10_240, 1_048_576]) {
  describeMedium(`a block device, records of ${recordBytes} bytes`, () => {
    const device = (megabytes: number): string | null => {
      const loop = newLoop(base, megabytes)
      if (loop !== null) loops.push(loop)
      return loop?.path ?? null
    }
    const first = device(8)
    if (first === null) return null
    let given: string | null = first
    const newPlace = () => {
      const path = given ?? device(8)
      given = null
      if (path === null) throw new Error('no loop device is free')
      return path
    }
    return {
      medium: specialMedium({ recordBytes, now: () => new Date(), scratchFolder: base }),
      newPlace,
      smallPlace: newPlace,
      named: false,
    }
  })
}
