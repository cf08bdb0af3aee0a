import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Member } from './member.ts'
import { type Extent, encodeSparseMap, parseSparseMap, sparseStored } from './sparse-map.ts'
import { BLOCK, encodeHeader } from './tar-header.ts'
import { headerLength, parseHeader } from './tar-parse.ts'

const component = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 255 }),
    fc.stringMatching(/^[a-z.]{1,120}$/).map((text) => Buffer.from(text)),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((text) => Buffer.from(text)),
  )
  .map((name) => Buffer.from(name.filter((byte) => byte !== 0 && byte !== 0x2f)))
  .filter((name) => name.length > 0)
const path = fc
  .array(component, { minLength: 1, maxLength: 8 })
  .map((parts) => Buffer.concat(parts.flatMap((part) => [Buffer.from('/'), part])).subarray(1))
const owner = fc.oneof(fc.stringMatching(/^[a-z0-9-]{0,40}$/), fc.constant('管理者'))
const id = fc.oneof(fc.nat(70_000), fc.integer({ min: 2 ** 21, max: 2 ** 32 - 1 }))
const common = {
  name: path,
  mode: fc.nat(0o7777),
  uid: id,
  gid: id,
  user: owner,
  group: owner,
  mtime: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n }),
}
const xattrs = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1, maxLength: 40 }).map((text) => Buffer.from(`user.${text.replaceAll('\0', '')}`)),
      value: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    }),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name.toString('latin1') },
  )
  .map((list) => list.sort((one, other) => Buffer.compare(one.name, other.name)))
const acl = fc.constantFrom(
  { access: 'user::rwx,user:7:r--,group::r--,mask::r--,other::---', default: null },
  { access: null, default: 'user::rwx,group::r-x,other::---' },
)
const sometimes = <Value>(key: string, of: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    of.map((value) => ({ [key]: value })),
  )
const nothing = { size: fc.constant(0) }
const plain: fc.Arbitrary<Member> = fc.oneof(
  fc.record({
    ...common,
    type: fc.constant('file' as const),
    size: fc.oneof(fc.nat(), fc.maxSafeNat()),
    link: fc.constant(null),
  }),
  fc.record({ ...common, ...nothing, type: fc.constant('directory' as const), link: fc.constant(null) }),
  fc.record({ ...common, ...nothing, type: fc.constantFrom('symlink' as const, 'hardlink' as const), link: path }),
)
const member: fc.Arbitrary<Member> = fc
  .tuple(plain, sometimes('xattrs', xattrs), sometimes('acl', acl), sometimes('stored', fc.maxSafeNat()))
  .map(([given, one, two, three]) => ({ ...given, ...one, ...two, ...(given.type === 'file' ? three : {}) }))

it('reads back what it writes, whatever the names, numbers and times', () => {
  fc.assert(
    fc.property(member, (given) => {
      const blocks = encodeHeader(given)
      expect(blocks.length % BLOCK).toBe(0)
      expect(headerLength(blocks.subarray(0, BLOCK))).toBe(blocks.length)
      expect(parseHeader(blocks)).toEqual(given)
    }),
    { numRuns: 1000 },
  )
})

it('refuses a header in which any single bit is another', () => {
  fc.assert(
    fc.property(member, fc.nat(), fc.nat(7), (given, at, bit) => {
      const blocks = encodeHeader(given)
      const index = at % blocks.length
      blocks[index] = (blocks[index] ?? 0) ^ (1 << bit)
      if (headerLength(blocks.subarray(0, BLOCK)) !== blocks.length) return
      const read = parseHeader(blocks)
      // A pax record's value bears no checksum: there the member itself comes out different, for the manifest to tell.
      if (read !== null) expect(read).not.toEqual(given)
    }),
    { numRuns: 1000 },
  )
})

const gaps = fc.array(fc.record({ hole: fc.integer({ min: 1, max: 9 }), data: fc.integer({ min: 1, max: 9 }) }), {
  maxLength: 300,
})

it('reads back the map of a sparse file, and says when more of it is needed', () => {
  fc.assert(
    fc.property(gaps, fc.boolean(), fc.nat(511), fc.nat(2000), (given, tail, odd, cut) => {
      const extents: Extent[] = []
      let at = 0
      for (const { hole, data } of given) {
        extents.push({ offset: at + hole * BLOCK, length: data * BLOCK })
        at += (hole + data) * BLOCK
      }
      const size = tail || extents.length === 0 ? at + BLOCK + odd : at
      if (size > at) extents.push({ offset: size, length: 0 })
      const map = encodeSparseMap(extents)
      expect(map.length % BLOCK).toBe(0)
      const content = Buffer.concat([map, Buffer.alloc(600, 7)])
      expect(parseSparseMap(content, size)).toEqual({ extents, length: map.length })
      if (cut < map.length) expect(parseSparseMap(map.subarray(0, cut), size)).toBe('more')
      expect(parseSparseMap(content, size + BLOCK)).toBeNull()
      expect(sparseStored(extents)).toBe(map.length + extents.reduce((sum, { length }) => sum + length, 0))
    }),
  )
  expect(parseSparseMap(Buffer.from('99999999999999999\n'), 4096)).toBeNull()
  expect(parseSparseMap(Buffer.from('1\n0\n-1\n'), 4096)).toBeNull()
})
