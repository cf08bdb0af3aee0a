import type { Codec } from './codec.ts'
import { createGiveBack } from './give-back.ts'
import { newSha256, sha256Of } from './hash.ts'
import type { Output } from './output.ts'
import { countProcessors } from './processors.ts'
import { encodeSeal, type Frame } from './seal.ts'

/** Frames in compression at once: no more than libuv's pool has threads, so that nothing else waits behind them. */
const AT_ONCE = Math.min(4, Math.max(2, countProcessors()))

/** A compressed frame, in pieces. */
export type PackedFrame = { readonly pieces: readonly Buffer[]; readonly sha256: Buffer }

/** A part of the stream. Parts follow one another in the order in which they were opened, whoever is ready first. */
export type Lane = {
  /**
   * The next bytes as a frame of their own. Resolves once they stand in the output: then they may be overwritten.
   * `packed`: the frame, where somebody else compresses it.
   */
  readonly push: (raw: Buffer, packed?: Promise<PackedFrame> | null) => Promise<void>
  /** There is no more. */
  readonly end: () => void
}

/** Turns pieces of a stream into frames and at last the seal. What comes uncompressed is compressed on libuv's pool. */
export type FrameWriter = {
  readonly openLane: () => Lane
  /** Frames in the output. */
  readonly frames: () => number
  /** Resolves when the lanes that are open have ended and stand in the output. Rejects with what prevents that. */
  readonly settled: () => Promise<void>
  readonly finish: (manifestFrame: number) => Promise<{ readonly bytes: number; readonly sha256: string }>
}

type Pending = {
  readonly raw: number
  readonly packed: Promise<PackedFrame>
  readonly done: () => void
  readonly failed: (thrown: unknown) => void
}

export function createFrameWriter(codec: Codec, level: number, output: Output): FrameWriter {
  const lanes: { readonly pending: Pending[]; ended: boolean }[] = []
  const frames: Frame[] = []
  const giveBack = createGiveBack()
  const whole = newSha256()
  const queue: (() => void)[] = []
  const settling: { readonly resolve: () => void; readonly reject: (thrown: unknown) => void }[] = []
  let compressing = 0
  let bytes = 0
  let pumping = false
  let broken: { readonly thrown: unknown } | null = null

  const put = async (pieces: readonly Buffer[]): Promise<number> => {
    await output.append(pieces)
    let length = 0
    for (const piece of pieces) {
      whole.update(piece)
      length += piece.length
    }
    bytes += length
    return length
  }
  const compress = async (raw: Buffer): Promise<PackedFrame> => {
    if (compressing === AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
    compressing += 1
    try {
      const compressed = await codec.compress(raw, level)
      return { pieces: [compressed], sha256: sha256Of(compressed) }
    } finally {
      compressing -= 1
      queue.shift()?.()
    }
  }
  const drain = async () => {
    for (let lane = lanes[0]; lane !== undefined; lane = lanes[0]) {
      const next = lane.pending[0]
      if (next === undefined) {
        if (!lane.ended) return
        lanes.shift()
        continue
      }
      try {
        const { pieces, sha256 } = await next.packed
        const length = await put(pieces)
        frames.push({ length, raw: next.raw, sha256 })
        lane.pending.shift()
        next.done()
        giveBack()
      } catch (thrown) {
        broken = { thrown }
        next.failed(thrown)
        for (const { reject } of settling.splice(0)) reject(thrown)
        return
      }
    }
    for (const { resolve } of settling.splice(0)) resolve()
  }
  const pump = () => {
    if (pumping || broken !== null) return
    pumping = true
    void drain().finally(() => {
      pumping = false
      const [lane] = lanes
      if (lane === undefined ? settling.length > 0 : lane.pending.length > 0 || lane.ended) pump()
    })
  }

  return {
    openLane: () => {
      const lane: (typeof lanes)[number] = { pending: [], ended: false }
      lanes.push(lane)
      return {
        push: (raw, given = null) => {
          if (raw.length === 0) return Promise.resolve()
          const packed = broken === null ? (given ?? compress(raw)) : given
          // Its failure is met when its turn comes; until then it must not count as unhandled.
          packed?.catch(() => undefined)
          if (broken !== null || packed === null) return Promise.reject(broken?.thrown)
          return new Promise<void>((done, failed) => {
            lane.pending.push({ raw: raw.length, packed, done, failed })
            pump()
          })
        },
        end: () => {
          lane.ended = true
          pump()
        },
      }
    },
    frames: () => frames.length,
    settled: () =>
      new Promise<void>((resolve, reject) => {
        if (broken !== null) return reject(broken.thrown)
        settling.push({ resolve, reject })
        pump()
      }),
    finish: async (manifestFrame) => {
      await put([encodeSeal(codec, { frames, manifestFrame, sha256: whole.copy().digest() })])
      return { bytes, sha256: whole.digest('hex') }
    },
  }
}
