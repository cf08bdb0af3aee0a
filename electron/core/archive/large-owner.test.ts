import { chownSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { extractTo } from './extract/extract.ts'
import { archiveKit, treeOf } from './testing/archive-kit.ts'

const kit = archiveKit()
const superuser = process.getuid?.() === 0

it.runIf(superuser)('keeps owners whose number fits no field of a tar header', async () => {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  for (const [name, uid, gid] of [
    ['a', 3_000_000, 0],
    ['b', 0, 4_000_000_000],
    ['c', 2_097_151, 2_097_152],
  ] as const) {
    writeFileSync(join(root, name), name)
    writeFileSync(join(root, `${name}-whole-second`), name)
    for (const each of [name, `${name}-whole-second`]) chownSync(join(root, each), uid, gid)
    utimesSync(join(root, `${name}-whole-second`), 1_700_000_000, 1_700_000_000)
  }
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  await kit.verify(archive)
  const to = join(kit.newFolder(), 'to')
  await extractTo(to, { archive, workerPath: kit.workerPath() })
  expect(treeOf(join(to, root))).toEqual(treeOf(root))
})
