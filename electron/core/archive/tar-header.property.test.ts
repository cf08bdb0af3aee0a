import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Member } from './member.ts'
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
const nothing = { size: fc.constant(0) }
const member: fc.Arbitrary<Member> = fc.oneof(
  fc.record({
    ...common,
    type: fc.constant('file' as const),
    size: fc.oneof(fc.nat(), fc.maxSafeNat()),
    link: fc.constant(null),
  }),
  fc.record({ ...common, ...nothing, type: fc.constant('directory' as const), link: fc.constant(null) }),
  fc.record({ ...common, ...nothing, type: fc.constantFrom('symlink' as const, 'hardlink' as const), link: path }),
)

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
