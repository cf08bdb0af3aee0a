import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { FRAME_BYTES } from './codec.ts'
import { storedFrame, zstdCodec } from './codec-zstd.ts'
import { boundOf, zstdLibrary } from './zstd-library.ts'

const library = zstdLibrary()
const contents = {
  nothing: Buffer.alloc(0),
  'one byte': Buffer.from('a'),
  text: Buffer.from('Subject: a mail\r\n'.repeat(30_000)),
  'a frame of noise': randomBytes(FRAME_BYTES),
}

it.skipIf(library === null).each(Object.entries(contents))(
  'makes a frame of %s in shared memory that the other library reads, and that tells its length',
  async (_, content) => {
    const raw = Buffer.from(new SharedArrayBuffer(content.length))
    content.copy(raw)
    const out = Buffer.from(new SharedArrayBuffer(boundOf(content.length)))
    const frame = Buffer.from(out.subarray(0, library?.compress(raw, out, 3)))
    expect(await zstdCodec.measure(async (at, length) => frame.subarray(at, at + length), 0)).toMatchObject({
      kind: 'frame',
      length: frame.length,
    })
    expect((await zstdCodec.decompress(frame, FRAME_BYTES)).equals(content)).toBe(true)
    const room = Buffer.alloc(content.length)
    expect([library?.decompress(frame, room), room.equals(content)]).toEqual([content.length, true])
    if (content.length > 0) expect(library?.decompress(frame, room.subarray(1))).toBe(null)
    expect(library?.decompress(frame.subarray(0, frame.length - 1), room)).toBe(null)
  },
)

it.skipIf(library === null)('refuses what does not fit', () => {
  expect(() => library?.compress(randomBytes(1000), Buffer.alloc(100), 3)).toThrow('zstd refused 1000 bytes')
})

it.each(Object.entries(contents))('puts %s into a frame as it is', async (_, content) => {
  expect((await zstdCodec.decompress(Buffer.concat(storedFrame(content)), FRAME_BYTES)).equals(content)).toBe(true)
})
