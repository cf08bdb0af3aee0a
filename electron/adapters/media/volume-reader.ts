import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { VolumesMark } from '../../../shared/model/catalog.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { MediumReader, OpenOptions } from '../../core/ports/medium.ts'
import { readFailure } from '../../core/ports/medium-failure.ts'
import {
  labelText,
  parseEnd,
  parseLabel,
  parsePart,
  parseTornLabel,
  payloadBytes,
  RECORD_LEAST,
  RECORD_MOST,
  type VolumeEnd,
  type VolumeLabel,
} from '../../formats/volume.ts'
import { type Device, deviceAt } from './device.ts'
import { moveTape } from './tape.ts'

/** So much of each end tells an archive: its header, or its age header, and its seal. */
const END_BYTES = 64 * 1024

/** One volume opened for reading. */
type Volume = {
  readonly device: Device
  readonly label: VolumeLabel
  readonly end: VolumeEnd
  readonly record: (number: number) => Promise<Buffer>
  readonly close: () => Promise<void>
}

/**
 * An archive on volumes as one row of bytes. Opening reads the label of every volume in turn (of a tape all of it: its
 * label cannot tell what follows), asking for each that is not there; reading asks again for the one it needs.
 *
 * Throws `archive-missing`, `archive-unreadable`, `volume-wanted` (12), `volume-unfinished`, `volume-none` (13).
 */
export async function openVolumes(first: Device, options: OpenOptions): Promise<MediumReader> {
  let current = await openVolume(first, null)
  const { set, recordBytes, name } = current.label
  /** What is known of each volume, and where it was last seen. */
  const known: { readonly firstByte: number; readonly bytes: number; readonly firstPart: number; path: string }[] = []
  let size = 0

  const volume = async (number: number): Promise<Volume> => {
    if (current.label.volume === number) return current
    const place = known[number - 1]?.path ?? current.device.path
    await current.close()
    current = await findVolume(place, { set, volume: number, name }, options)
    return current
  }
  try {
    for (let number = 1; ; number += 1) {
      const { label, end, device } = await volume(number)
      known.push({ firstByte: size, bytes: end.bytes, firstPart: label.firstPart, path: device.path })
      size += end.bytes
      if (end.last) break
    }
  } catch (thrown) {
    await current.close()
    throw readFailure(first.path, thrown)
  }

  const payload = payloadBytes(recordBytes)
  const readAt = async (offset: number, length: number): Promise<Buffer> => {
    const pieces: Buffer[] = []
    for (let at = offset; at < Math.min(size, offset + length); ) {
      const index = known.findIndex(({ firstByte, bytes }) => firstByte <= at && at < firstByte + bytes)
      const about = known[index]
      if (about === undefined) break
      const place = at - about.firstByte
      const part = Math.floor(place / payload)
      const { label, record, device } = await volume(index + 1)
      about.path = device.path
      const content = parsePart(label, about.firstPart + part, await record(part + 1))
      if (content === null)
        throw fail('archive-unreadable', { path: device.path, text: `part ${about.firstPart + part}` })
      const piece = content.subarray(place % payload, (place % payload) + offset + length - at)
      if (piece.length === 0)
        throw fail('archive-unreadable', { path: device.path, text: `part ${about.firstPart + part}` })
      pieces.push(piece)
      at += piece.length
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  }
  const mark = async (): Promise<VolumesMark> => ({
    set,
    paths: known.map(({ path }) => path),
    ends: createHash('sha256')
      .update(await readAt(0, END_BYTES))
      .update(await readAt(Math.max(0, size - END_BYTES), END_BYTES))
      .digest('hex'),
  })
  return {
    path: first.path,
    plain: false,
    size,
    filesystem: `device ${first.id}`,
    // The buffer cache of a block device is dropped when its last opener closes it, and we hold it exclusively before.
    uncached: true,
    readAt: (offset, length) =>
      readAt(offset, length).catch((thrown: unknown) => {
        throw readFailure(first.path, thrown)
      }),
    // A tape is not there once it is written, and would be wound twice for it.
    mark: async () =>
      first.kind === 'tape'
        ? null
        : mark().catch((thrown: unknown) => {
            throw readFailure(first.path, thrown)
          }),
    close: () => current.close(),
  }
}

/**
 * Whether an archive of that length still lies on volumes on these devices, by the label and the end of each and the archive's own
 * first and last bytes. Throws what `openVolumes` throws.
 */
export async function holdsVolumes(first: Device, wanted: VolumesMark, bytes: number): Promise<boolean> {
  for (const [index, path] of wanted.paths.entries()) {
    const device = path === first.path ? first : await deviceAt(path)
    if (device?.kind !== 'block') return false
    if (!(await isWhole(device, wanted.set, index + 1, index + 1 === wanted.paths.length))) return false
  }
  const reader = await openVolumes(first, {
    nextVolume: async ({ number, problem }) => (problem === null ? (wanted.paths[number - 1] ?? null) : null),
  })
  try {
    return reader.size === bytes && (await reader.mark())?.ends === wanted.ends
  } finally {
    await reader.close()
  }
}

/** That volume of the set, called whole and not rejected since; its end says what its label does. */
async function isWhole(device: Device, set: string, number: number, last: boolean): Promise<boolean> {
  const { label, end, record, close } = await openVolume(device, null, number)
  try {
    if (label.set !== set || label.state !== 'whole' || end.last !== last) return false
    return isDeepStrictEqual(parseEnd(label, await record(end.parts + 1)), end)
  } finally {
    await close()
  }
}

type Wanted = Pick<VolumeLabel, 'set' | 'volume' | 'name'>

/** Looks where it was last, then asks until the right one is there, or nobody knows. */
async function findVolume(place: string, wanted: Wanted, options: OpenOptions): Promise<Volume> {
  const label = labelText(wanted)
  let path: string | null = place
  let reason: Problem | null = null
  const givenUp = () => options.signal?.aborted === true
  for (let asked = 0; ; asked += 1) {
    try {
      const device = path === null ? null : await deviceAt(path)
      if (device === null) throw fail('archive-missing', { path: path ?? place })
      return await openVolume(device, wanted)
    } catch (thrown) {
      reason = asked === 0 ? null : toProblem(thrown)
    }
    if (givenUp()) throw fail('cancelled')
    if (options.nextVolume === undefined) throw fail('volume-wanted', { path: place, number: wanted.volume, label })
    path = await options.nextVolume({ number: wanted.volume, label, path: place, reads: true, problem: reason })
    if (path === null || givenUp()) throw fail('cancelled')
  }
}

/** Without `wanted` whatever volume of that number is there. */
async function openVolume(device: Device, wanted: Wanted | null, number = 1): Promise<Volume> {
  const { path, kind } = device
  if (kind === 'tape') await moveTape(path, 'rewind')
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    throw readFailure(path, thrown)
  }
  try {
    const start = Buffer.alloc(kind === 'tape' ? RECORD_MOST : RECORD_LEAST)
    const { bytesRead } = await handle.read(start, 0, start.length, kind === 'tape' ? null : 0)
    const label = parseLabel(start.subarray(0, Math.min(bytesRead, RECORD_LEAST)))
    const torn = label === null ? parseTornLabel(start.subarray(0, bytesRead)) : null
    if (torn !== null) throw fail('volume-unfinished', { path, label: torn.text })
    if (label === null) throw fail('volume-none', { path })
    if (wanted !== null && (label.set !== wanted.set || label.volume !== wanted.volume))
      throw fail('volume-other', { path, label: labelText(label), wanted: labelText(wanted) })
    if (wanted === null && label.volume !== number)
      throw fail('volume-other', { path, label: labelText(label), wanted: labelText({ ...label, volume: number }) })
    if (label.state === 'writing') throw fail('volume-unfinished', { path, label: labelText(label) })
    const records = kind === 'tape' ? tapeRecords(device, handle) : blockRecords(handle, label.recordBytes)
    const end = label.end ?? (await endOf(label, records.record, path))
    return { device, label, end, record: records.record, close: records.close }
  } catch (thrown) {
    await handle.close()
    throw readFailure(path, thrown)
  }
}

type Records = Pick<Volume, 'record' | 'close'>

function blockRecords(handle: FileHandle, recordBytes: number): Records {
  return {
    record: async (number) => {
      const out = Buffer.alloc(recordBytes)
      for (let done = 0; done < recordBytes; ) {
        const { bytesRead } = await handle.read(out, done, recordBytes - done, number * recordBytes + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return out
    },
    close: () => handle.close(),
  }
}

/** A tape goes forward record by record; for what lies behind it is rewound. Its label has been read. */
function tapeRecords({ path }: Device, opened: FileHandle): Records {
  let handle = opened
  let next = 1
  const room = Buffer.alloc(RECORD_MOST)
  return {
    record: async (number) => {
      if (number < next) {
        await handle.close()
        await moveTape(path, 'rewind')
        handle = await open(path, constants.O_RDONLY)
        next = 0
      }
      for (;;) {
        const { bytesRead } = await handle.read(room, 0, room.length, null)
        next += 1
        if (bytesRead === 0 || next > number) return Buffer.from(room.subarray(0, bytesRead))
      }
    },
    close: () => handle.close(),
  }
}

async function endOf(label: VolumeLabel, record: Records['record'], path: string): Promise<VolumeEnd> {
  for (let number = 1; ; number += 1) {
    const found = await record(number)
    const end = parseEnd(label, found)
    if (end !== null) return end
    if (parsePart(label, label.firstPart + number - 1, found) === null)
      throw fail('volume-unfinished', { path, label: labelText(label) })
  }
}
