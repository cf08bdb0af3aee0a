import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createReaderPool, type ReaderPool } from './reader-pool.ts'
import { pathOf, recordLength } from './source-record.ts'
import { archiveKit } from './testing/archive-kit.ts'
import { walkTree } from './tree-walk.ts'

// Defects that break it: a listing whose room somebody else is given before its last folder was entered, a path that
// looks into such a room, a tree deeper than there are rooms.
const kit = archiveKit()
/** Names of this length fill a listing's room with some 700 of them. */
const LONG = 'n'.repeat(200)

/** Folders in folders, deeper than there are rooms for listings; beside each of them files, and some folders in parts. */
function oddTree(): string {
  const root = join(kit.newFolder(), 'root')
  let folder = root
  mkdirSync(folder)
  for (let depth = 0; depth < 55; depth += 1) {
    writeFileSync(join(folder, 'a'), '')
    for (let beside = 0; beside < 3; beside += 1) {
      mkdirSync(join(folder, `beside${beside}`))
      writeFileSync(join(folder, `beside${beside}`, 'file'), '')
    }
    folder = join(folder, 'm')
    mkdirSync(folder)
  }
  // The last one of its folder is still being listed when that is let go.
  for (const at of [root, join(root, 'm', 'm'), join(root, 'm', 'zz')]) {
    mkdirSync(at, { recursive: true })
    for (let number = 0; number < 2000; number += 1) {
      const path = join(at, `${LONG}${number}`)
      if (number % 400 !== 7) writeFileSync(path, '')
      else {
        mkdirSync(path)
        writeFileSync(join(path, 'within'), '')
      }
    }
  }
  return root
}

function expectedIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? [path, ...expectedIn(path)] : [path]
    })
}

async function walked(root: string, pool: ReaderPool): Promise<string[]> {
  const paths: string[] = []
  for await (const { records } of walkTree([Buffer.from(root)], pool)) {
    // What was asked for before has been listed when this has: into the rooms of these very records, if those are free.
    const last = await pool.list(Buffer.from(root))
    last.letGo()
    for (let at = 0; at < records.length; at += recordLength(records, at)) paths.push(pathOf(records, at).toString())
  }
  return paths
}

test('gives everything once and in order, whoever lists it, in deep trees and in huge folders, again and again', async () => {
  const root = oddTree()
  const expected = [root, ...expectedIn(root)]
  const own = createReaderPool(undefined)
  expect(await walked(root, own)).toEqual(expected)
  await own.close()

  const pool = createReaderPool(kit.builtFile('archive-reader'))
  pool.expectMuch()
  for (let times = 0; times < 2; times += 1) expect(await walked(root, pool)).toEqual(expected)
  await pool.close()
})
