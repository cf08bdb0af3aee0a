import fc from 'fast-check'
import { expect, it } from 'vitest'
import { escapeName, unescapeName } from './member-name.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
)

it('escapes every name reversibly', () => {
  fc.assert(
    fc.property(bytes, (name) => {
      expect(unescapeName(escapeName(name))).toEqual(Buffer.from(name))
    }),
    { numRuns: 2000 },
  )
})

it('leaves UTF-8 readable and shows other bytes', () => {
  expect(escapeName(Buffer.from('名前/a b'))).toBe('名前/a b')
  expect(escapeName(Buffer.from('100%'))).toBe('100%25')
  expect(escapeName(Buffer.from([0x61, 0xc6, 0xfc, 0x2f, 0xe5, 0x90, 0x8d]))).toBe('a%C6%FC/名')
})
