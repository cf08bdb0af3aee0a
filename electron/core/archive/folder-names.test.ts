import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { namesIn } from './folder-names.ts'
import { LISTING_BYTES, listFolder, type RestOfFolder } from './list-folder.ts'
import { pathOf, recordLength } from './source-record.ts'
import { archiveKit } from './testing/archive-kit.ts'

const kit = archiveKit()
const MANY = 40_000

function manyNames(): Buffer {
  const folder = join(kit.newFolder(), 'many')
  mkdirSync(folder)
  for (let number = 0; number < MANY; number += 1) {
    const odd = number % 1000 === 0 ? Buffer.from([0xff, (number & 0x7f) | 0x80, 0x2d]) : Buffer.alloc(0)
    // In no order, and some begin with the whole name of another.
    const name = Buffer.from(String((number * 7919) % MANY))
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), odd, name]), '')
  }
  return Buffer.from(folder)
}

const nothing = () => undefined

test('gives all names of a huge folder in byte order, and its listing in parts that each take little', () => {
  const folder = manyNames()
  const expected = readdirSync(folder, { encoding: 'latin1' }).sort()
  expect(expected.length).toBe(MANY)

  expect(namesIn(folder, nothing).toString('latin1')).toBe(`${expected.join('\0')}\0`)

  const listed: string[] = []
  let rest: RestOfFolder | null = null
  const room = Buffer.alloc(LISTING_BYTES)
  let parts = 0
  do {
    const part = listFolder(folder, rest, room, nothing)
    for (let at = 0; at < part.length; at += recordLength(room, at))
      listed.push(
        pathOf(room, at)
          .toString('latin1')
          .slice(folder.length + 1),
      )
    parts += 1
    rest = part.rest
  } while (rest !== null)
  expect(listed).toEqual(expected)
  expect(parts).toBeGreaterThan(10)
})

test('gives nothing for an empty folder', () => {
  expect(namesIn(Buffer.from(kit.newFolder()), nothing).length).toBe(0)
})

test('archives a folder whose listing comes in parts, with folders in each of them', async () => {
  const root = join(kit.newFolder(), 'root')
  const expected = ['']
  mkdirSync(root)
  for (let number = 10_000; number < 19_000; number += 1) {
    const name = `/${number}`
    expected.push(name)
    if (number % 1500 !== 0) {
      writeFileSync(`${root}${name}`, '')
      continue
    }
    mkdirSync(`${root}${name}`)
    writeFileSync(`${root}${name}/file`, 'in a folder')
    expected.push(`${name}/file`)
  }
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  await kit.verify(archive)
  const found = (await kit.list(archive)).map(({ path }) => path)
  expect(found.slice(1)).toEqual(expected.map((name) => `${root}${name}`.slice(1)))
})
