import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { encodeLabel, parseLabel, RECORD_LEAST, type VolumeLabel } from '../../formats/volume.ts'
import { openMedia } from './media.ts'
import { contentOf, feed, noise } from './testing/medium-suite.ts'
import { type Loop, newLoop } from './testing/small-filesystem.ts'

// Defects that break it: a label that says whole before all is durable, a torn volume that verifies or that is overwritten
// like a blank one.
const record = RECORD_LEAST
const medium = openMedia({ recordBytes: record, now: () => new Date('2026-11-22T02:00:14Z') })
const bytes = noise(200_000, 'torn')
let base = ''
let loop: Loop | null = null
let whole = Buffer.alloc(0)
let label: VolumeLabel
let end = 0

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'torn-'))
  loop = newLoop(base, 1)
  if (loop === null) return
  const writer = await medium.create(loop.path, { name: 'a.tar.zst' })
  await feed(writer.sink, bytes)
  await writer.commit()
  whole = readFileSync(loop.path)
  const found = parseLabel(whole)
  if (found?.end == null) throw new Error('no label was written')
  label = found
  end = (found.end.parts + 2) * record
})
afterAll(() => {
  loop?.end()
  rmSync(base, { recursive: true, force: true })
})

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown) => toProblem(thrown).code,
  )

/** How the device looked before its label was written for the second time. */
const written = () => Buffer.concat([encodeLabel({ ...label, state: 'writing', end: null }), whole.subarray(record)])

/** Never an archive, told for what it is, and blank again only when somebody says so. */
async function expectUnfinished(path: string, image: Buffer, what: string): Promise<void> {
  writeFileSync(path, image)
  expect([await codeOf(medium.open(path)), what]).toEqual(['volume-unfinished', what])
  expect((await medium.check(path)).map(({ code }) => code)).toEqual(['device-holds-unfinished'])
  expect(await codeOf(medium.create(path))).toBe('device-holds-unfinished')
  expect(await medium.check(path, { overwrite: true })).toEqual([])
  const listed = await medium.unfinishedIn(path)
  expect(listed).toMatchObject([
    { path, partial: path, live: false, changedAt: expect.stringMatching(/^2026-11-22T02:00:14/) },
  ])
}

describe('a block device whose writer was killed (needs the superuser and loop devices)', () => {
  it('at any byte: unfinished from its first whole block on, and before that nothing that is ours', async (context) => {
    if (loop === null) return context.skip('loop devices are not to be had here')
    const { path } = loop
    const first = written()
    const offsets = [
      512,
      513,
      1023,
      1024,
      1300,
      1536,
      record - 1,
      record,
      record + 1,
      record + 512,
      end - record,
      end - 1,
      end,
    ]
    for (let at = 3 * record + 77; at < end; at += 3 * record + 1009) offsets.push(at)
    for (const at of offsets) {
      const image = Buffer.alloc(whole.length)
      first.copy(image, 0, 0, at)
      await expectUnfinished(path, image, `cut at ${at}`)
    }
    for (const at of [1, 100, 200]) {
      const image = Buffer.alloc(whole.length)
      first.copy(image, 0, 0, at)
      writeFileSync(path, image)
      expect(await codeOf(medium.open(path))).toBe('volume-none')
      expect((await medium.check(path)).map(({ code }) => code)).toEqual(['device-holds-data'])
    }
  })

  it('while its label was written for the second time: unfinished until the last byte of it', async (context) => {
    if (loop === null) return context.skip('loop devices are not to be had here')
    const first = written()
    const differing = [...whole.keys()].filter((at) => whole[at] !== first[at])
    const [from = 0, to = 0] = [differing[0], differing.at(-1)]
    for (const at of [from, from + 1, from + 5, Math.floor((from + to) / 2), to - 1, to]) {
      const image = Buffer.concat([whole.subarray(0, at), first.subarray(at)])
      await expectUnfinished(loop.path, image, `label cut at ${at}`)
    }
    writeFileSync(loop.path, Buffer.concat([whole.subarray(0, to + 1), first.subarray(to + 1)]))
    expect((await contentOf(medium, loop.path)).equals(bytes)).toBe(true)
  })

  it('with any records lost that were written but not durable', async (context) => {
    if (loop === null) return context.skip('loop devices are not to be had here')
    for (let round = 0; round < 12; round += 1) {
      const image = written()
      const lost = noise(end / record, `round ${round}`)
      for (let at = 1; at < end / record; at += 1)
        if ((lost[at] ?? 0) < 128) image.fill(0, at * record, (at + 1) * record)
      await expectUnfinished(loop.path, image, `round ${round}`)
    }
  })

  it('is blank once it was removed, and one that is being written is not removed', async (context) => {
    if (loop === null) return context.skip('loop devices are not to be had here')
    const { path } = loop
    const image = written()
    for (const torn of [image, Buffer.concat([image.subarray(0, 1100), Buffer.alloc(image.length - 1100)])]) {
      writeFileSync(path, torn)
      await medium.discardUnfinished(path)
      expect([await medium.check(path), await medium.unfinishedIn(path)]).toEqual([[], []])
    }
    const writer = await medium.create(path)
    expect(await medium.unfinishedIn(path)).toMatchObject([{ live: true }])
    expect(await codeOf(medium.discardUnfinished(path))).toBe('device-in-use')
    await feed(writer.sink, bytes)
    await writer.commit()
    expect((await contentOf(medium, path)).equals(bytes)).toBe(true)
    expect(await medium.unfinishedIn(path)).toEqual([])
    await medium.discardUnfinished(path)
    expect((await contentOf(medium, path)).equals(bytes)).toBe(true)
  })
})
