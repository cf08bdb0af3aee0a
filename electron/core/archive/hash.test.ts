import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256Of } from './hash.ts'

test('gives digests that can be kept by the million: none holds memory beside its own', () => {
  const digest = sha256Of(Buffer.from('frame'))
  expect(digest).toEqual(createHash('sha256').update('frame').digest())
  expect(digest.buffer.byteLength).toBe(32)
})
