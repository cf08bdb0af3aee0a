import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  encodeEnd,
  encodeLabel,
  encodePart,
  parseEnd,
  parseLabel,
  parsePart,
  payloadBytes,
  type VolumeLabel,
} from './volume.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'volume-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const labelOf = (recordBytes: number): VolumeLabel => ({
  format: 'untenseki-volume',
  version: 1,
  state: 'writing',
  set: createHash('md5').update(String(recordBytes)).digest('hex'),
  volume: 2,
  name: 'hq-mas-20261122-020014.tar.zst',
  recordBytes,
  createdAt: '2026-11-22T02:00:14.000Z',
  firstPart: 41,
  end: null,
})

/** Parts of a volume: full ones, and a last one of a given length. */
function parts(label: VolumeLabel, last: number): readonly Buffer[] {
  const full = payloadBytes(label.recordBytes)
  return [Buffer.alloc(full, 'first'), Buffer.alloc(full, 'second'), Buffer.alloc(last, 'last')]
}

function volumeOf(label: VolumeLabel, given: readonly Buffer[]): Buffer {
  const bytes = given.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([
    encodeLabel(label),
    ...given.map((part, index) => encodePart(label, label.firstPart + index, part)),
    encodeEnd(label, { parts: given.length, bytes, last: true }),
    Buffer.alloc(100_000, 'what the device held before'),
  ])
}

const sizes = [10_240, 65_536, 1_048_576, 2_097_152]
const lasts = (recordBytes: number) => [
  0,
  1,
  511,
  512,
  513,
  5000,
  recordBytes - 1536,
  recordBytes - 1024,
  recordBytes - 513,
]

describe.each(sizes)('a volume in records of %i bytes', (recordBytes) => {
  const label = labelOf(recordBytes)

  it('keeps to its records, whatever the last part is', () => {
    for (const last of lasts(recordBytes)) {
      const volume = volumeOf(label, parts(label, last))
      expect((volume.length - 100_000) % recordBytes).toBe(0)
      const record = (index: number) => volume.subarray(index * recordBytes, (index + 1) * recordBytes)
      expect(parseLabel(volume.subarray(0, 10_240))).toEqual(label)
      expect(parsePart(label, 43, record(3))?.length).toBe(last)
      expect(parseEnd(label, record(4))).toEqual({ parts: 3, bytes: 2 * payloadBytes(recordBytes) + last, last: true })
      expect([parsePart(label, 42, record(3)), parsePart(label, 43, record(2)), parseEnd(label, record(3))]).toEqual([
        null,
        null,
        null,
      ])
      expect(parsePart({ ...label, set: '0'.repeat(32) }, 43, record(3))).toBeNull()
    }
  })

  it.each([
    ['GNU tar', 'tar', ['-xOf']],
    ['bsdtar', 'bsdtar', ['-xOf']],
    [
      "Python's tarfile",
      'python3',
      [
        '-c',
        'import sys,tarfile\nt=tarfile.open(sys.argv[1],"r:")\nfor m in t:\n  f=t.extractfile(m) if m.isreg() else None\n  sys.stdout.buffer.write(f.read() if f and m.size else b"")',
      ],
    ],
  ])('is a tar archive to %s', (_, program, args) => {
    for (const last of lasts(recordBytes)) {
      const given = parts(label, last)
      const file = join(folder, `${recordBytes}.tar`)
      writeFileSync(file, volumeOf(label, given))
      const { status, stdout, stderr } = spawnSync(program, [...args, file], { maxBuffer: 1 << 28 })
      expect([status, String(stderr)], `last ${last}`).toEqual([0, ''])
      expect(stdout.equals(Buffer.concat(given)), `last ${last}`).toBe(true)
    }
  })
})

it('shows its label to GNU tar', () => {
  const label = labelOf(10_240)
  const file = join(folder, 'label.tar')
  writeFileSync(file, volumeOf(label, parts(label, 5)))
  const { stdout } = spawnSync('tar', ['--test-label', '-f', file], { encoding: 'utf8' })
  expect(stdout).toBe('hq-mas-20261122-020014.tar.zst volume 2\n')
})

it('takes nothing else for a label', () => {
  const good = encodeLabel(labelOf(10_240))
  for (let at = 0; at < good.length; at += 97) {
    const bad = Buffer.from(good)
    bad[at] = 255 - (bad[at] ?? 0)
    expect(parseLabel(bad), `byte ${at}`).toBeNull()
  }
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(10_240), good.subarray(0, 700)])
    expect(parseLabel(bytes)).toBeNull()
})
