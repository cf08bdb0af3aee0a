import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type Member, manifestLine } from './member.ts'
import { createPlainReader } from './plain-reader.ts'
import { encodeHeader } from './tar-header.ts'
import { parseHeader } from './tar-parse.ts'

const plain: Member = {
  name: Buffer.from('var/mail/user00001/0a1b2c.eml'),
  type: 'file',
  mode: 0o4640,
  uid: 1000,
  gid: 100,
  user: 'mail',
  group: 'users',
  mtime: 1_700_000_000_012_345_678n,
  size: 4321,
  link: null,
}
const plains: readonly Member[] = [
  plain,
  { ...plain, mtime: 1_000_000_000_000_000_000n, size: 0 },
  { ...plain, mtime: 8_589_934_591_999_999_999n, size: 0o77777777777, user: '', group: '' },
  { ...plain, name: Buffer.from('n'.repeat(100)), mode: 0, uid: 0, gid: 0, user: 'u'.repeat(31) },
]
const others: readonly Member[] = [
  { ...plain, name: Buffer.from('n/'.repeat(60)) },
  { ...plain, name: Buffer.from('日本') },
  { ...plain, name: Buffer.from('100%') },
  { ...plain, name: Buffer.from('a"b') },
  { ...plain, mtime: 999_999_999_000_000_001n },
  { ...plain, size: 2 ** 40 },
  { ...plain, user: 'ü' },
  { ...plain, uid: 2 ** 31 },
  { ...plain, type: 'directory', size: 0 },
  { ...plain, type: 'symlink', size: 0, link: Buffer.from('x') },
  { ...plain, xattrs: [{ name: Buffer.from('user.a'), value: Buffer.from('b') }] },
]

test('reads plain files as the strict reader does, and knows their lines of the manifest', () => {
  const read = createPlainReader()
  for (const member of plains) {
    const header = encodeHeader(member)
    const found = read(Buffer.concat([Buffer.alloc(7), header, Buffer.alloc(9)]), 7)
    expect(found?.member).toEqual(parseHeader(header))
    expect(found?.length).toBe(header.length)
    expect(found?.line('ab')).toBe(manifestLine(member, 'ab').toString())
  }
})

test('leaves everything else, and headers that end early, to the strict reader', () => {
  const read = createPlainReader()
  for (const member of others) expect(read(encodeHeader(member), 0)).toBeNull()
  expect(read(encodeHeader(plain).subarray(0, -1), 0)).toBeNull()
  expect(read(Buffer.alloc(1536), 0)).toBeNull()
})

test('takes no header in which a byte is other than it is written', () => {
  const read = createPlainReader()
  for (const member of plains) {
    const header = encodeHeader(member)
    for (let at = 0; at < header.length; at += 1) {
      for (const flip of [1, 0x80, 0x10]) {
        header.writeUInt8((header[at] ?? 0) ^ flip, at)
        const found = read(header, 0)
        const strict = parseHeader(header)
        if (found !== null) expect({ at, member: found.member }).toEqual({ at, member: strict })
        header.writeUInt8((header[at] ?? 0) ^ flip, at)
      }
    }
  }
})

test('keeps its memory however many owners there are', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = async () => {
    // What buffers leave is swept beside the program, a turn after the collector saw it.
    for (let turn = 0; turn < 3; turn += 1) {
      collect()
      await setImmediate()
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const read = createPlainReader()
  // The runner keeps something of every expectation.
  let wrong = 0
  const before = await used()
  for (let uid = 1000; uid < 41_000; uid += 1)
    if (read(encodeHeader({ ...plain, uid }), 0)?.member.uid !== uid) wrong += 1
  expect((await used()) - before).toBeLessThan(64 * 1024 * 1024)
  expect(wrong).toBe(0)
  expect(read(encodeHeader(plain), 0)?.member).toEqual(plain)
})
