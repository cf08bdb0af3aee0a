import type { ArchiveSource } from './archive-source.ts'
import { type Codec, FRAME_LIMIT } from './codec.ts'
import { sha256Of } from './hash.ts'
import type { ReadSeal } from './seal.ts'

/** A frame as it stands in the file; `raw` is null when it is damaged. */
export type ReadFrame = {
  readonly offset: number
  readonly compressed: Buffer
  readonly sha256: Buffer
  readonly raw: Buffer | null
}

/** Frames that are read and decoded ahead of the one that is used. */
const AHEAD = 3

/** The frames that a sound seal names, from number `from` on. A frame whose digest or length differs is damaged. */
export function sealedFrames(file: ArchiveSource, seal: ReadSeal, from = 0): AsyncGenerator<ReadFrame> {
  return theseFrames(
    file,
    seal,
    Array.from({ length: Math.max(0, seal.frames.length - from) }, (_, at) => from + at),
  )
}

/** As `sealedFrames`, of those with these numbers alone; no byte of others is read. */
export async function* theseFrames(
  file: ArchiveSource,
  seal: ReadSeal,
  numbers: readonly number[],
): AsyncGenerator<ReadFrame> {
  const ahead: Promise<ReadFrame>[] = []
  let next = 0
  const start = () => {
    const number = numbers[next] ?? -1
    const entry = seal.frames[number]
    const offset = seal.starts[number]
    if (entry === undefined || offset === undefined) return
    next += 1
    const frame = readFrame(file, seal.codec, offset, entry.length, (sha256) => sha256.equals(entry.sha256)).then(
      (read) => (read.raw?.length === entry.raw ? read : { ...read, raw: null }),
    )
    // Met when its turn comes, or never when the reader stops before.
    frame.catch(() => undefined)
    ahead.push(frame)
  }
  for (let count = 0; count < AHEAD; count += 1) start()
  for (let frame = ahead.shift(); frame !== undefined; frame = ahead.shift()) {
    const read = await frame
    start()
    yield read
  }
}

/** One frame that a sound seal names; null when it is damaged. */
export async function readSealedFrame(file: ArchiveSource, seal: ReadSeal, number: number): Promise<Buffer | null> {
  const entry = seal.frames[number]
  const offset = seal.starts[number]
  if (entry === undefined || offset === undefined) return null
  const { raw } = await readFrame(file, seal.codec, offset, entry.length, (sha256) => sha256.equals(entry.sha256))
  return raw?.length === entry.raw ? raw : null
}

/** Frames found by their own structure, for a file without a sound seal; `stop` says where that ended. */
export async function* foundFrames(
  file: ArchiveSource,
  codec: Codec,
  stop: (offset: number) => void,
): AsyncGenerator<ReadFrame> {
  let offset = 0
  while (true) {
    const found = await codec.measure(file.readAt, offset)
    if (found.kind !== 'frame' || found.rawBound > FRAME_LIMIT) return stop(offset)
    yield await readFrame(file, codec, offset, found.length, () => true)
    offset += found.length
  }
}

async function readFrame(
  file: ArchiveSource,
  codec: Codec,
  offset: number,
  length: number,
  accept: (sha256: Buffer) => boolean,
): Promise<ReadFrame> {
  const compressed = await file.readAt(offset, length)
  const sha256 = sha256Of(compressed)
  const inMemory = async (at: number, count: number) => compressed.subarray(at, at + count)
  const found = await codec.measure(inMemory, 0)
  // Asked before decoding: a few bytes can claim to hold more than memory does.
  const sound = found.kind === 'frame' && found.length === compressed.length && found.rawBound <= FRAME_LIMIT
  // A decoder's refusal is the answer "damaged"; why it refused says nothing to an operator.
  const raw = sound && accept(sha256) ? await codec.decompress(compressed, FRAME_LIMIT).catch(() => null) : null
  return { offset, compressed, sha256, raw }
}
