import { createHash } from 'node:crypto'
import { type Codec, FRAME_BYTES } from './codec.ts'
import { encodeSeal, type Frame } from './seal.ts'

/** Frames that may be in compression at once; with the one being filled, the writer's whole memory. */
const IN_FLIGHT = 3

/**
 * Turns a stream into compressed frames and at last the seal. The caller fills `room()` in place (reads go straight
 * into the frame) or hands bytes to `write`. Compression runs beside the caller on libuv's pool; frames are given to
 * `append` in order.
 */
export type FrameWriter = {
  readonly room: () => Buffer
  /** So many bytes of `room()` were filled. */
  readonly advance: (bytes: number) => Promise<void>
  readonly write: (bytes: Buffer) => Promise<void>
  /** Ends the frame, so that what comes next begins one; gives that frame's number. */
  readonly breakFrame: () => Promise<number>
  readonly finish: (manifestFrame: number) => Promise<{ readonly bytes: number; readonly sha256: string }>
}

export function createFrameWriter(codec: Codec, level: number, append: (bytes: Buffer) => void): FrameWriter {
  const spare: Buffer[] = Array.from({ length: IN_FLIGHT + 1 }, () => Buffer.allocUnsafeSlow(FRAME_BYTES))
  const inFlight: { readonly buffer: Buffer; readonly raw: number; readonly done: Promise<Buffer> }[] = []
  const frames: Frame[] = []
  const whole = createHash('sha256')
  let buffer = spare.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES)
  let filled = 0
  let bytes = 0

  const put = (out: Buffer) => {
    append(out)
    whole.update(out)
    bytes += out.length
  }
  const settleOldest = async () => {
    const oldest = inFlight[0]
    if (oldest === undefined) return
    const compressed = await oldest.done
    inFlight.shift()
    spare.push(oldest.buffer)
    put(compressed)
    frames.push({
      length: compressed.length,
      raw: oldest.raw,
      sha256: createHash('sha256').update(compressed).digest(),
    })
  }
  const submit = async () => {
    const done = codec.compress(buffer.subarray(0, filled), level)
    // Its failure is met when its turn comes; until then it must not count as unhandled.
    done.catch(() => undefined)
    inFlight.push({ buffer, raw: filled, done })
    if (inFlight.length >= IN_FLIGHT) await settleOldest()
    buffer = spare.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES)
    filled = 0
  }
  const advance = async (count: number) => {
    filled += count
    if (filled === FRAME_BYTES) await submit()
  }
  const breakFrame = async () => {
    if (filled > 0) await submit()
    return frames.length + inFlight.length
  }

  return {
    room: () => buffer.subarray(filled),
    advance,
    write: async (given) => {
      for (let at = 0; at < given.length; ) {
        const count = given.copy(buffer, filled, at)
        at += count
        await advance(count)
      }
    },
    breakFrame,
    finish: async (manifestFrame) => {
      await breakFrame()
      while (inFlight.length > 0) await settleOldest()
      put(encodeSeal(codec, { frames, manifestFrame, sha256: whole.copy().digest() }))
      return { bytes, sha256: whole.digest('hex') }
    },
  }
}
