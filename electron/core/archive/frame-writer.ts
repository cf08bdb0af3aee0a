import { createHash } from 'node:crypto'
import type { Codec } from './codec.ts'
import { createGiveBack } from './give-back.ts'
import { sha256Of } from './hash.ts'
import { countProcessors } from './processors.ts'
import { encodeSeal, type Frame } from './seal.ts'

/** Frames in compression at once: no more than libuv's pool has threads, so that nothing else waits behind them. */
const AT_ONCE = Math.min(4, Math.max(2, countProcessors()))

/** A part of the stream. Parts follow one another in the order in which they were opened, whoever is ready first. */
export type Lane = {
  /** The next bytes as a frame of their own. Resolves once they stand in the output: then they may be overwritten. */
  readonly push: (raw: Buffer) => Promise<void>
  /** There is no more. */
  readonly end: () => void
}

/** Turns pieces of a stream into compressed frames and at last the seal. Compression runs on libuv's pool. */
export type FrameWriter = {
  readonly openLane: () => Lane
  /** Frames in the output. */
  readonly frames: () => number
  /** Resolves when the lanes that are open have ended and stand in the output. Rejects with what prevents that. */
  readonly settled: () => Promise<void>
  readonly finish: (manifestFrame: number) => { readonly bytes: number; readonly sha256: string }
}

type Pending = {
  readonly raw: number
  readonly compressed: Promise<Buffer>
  readonly done: () => void
  readonly failed: (thrown: unknown) => void
}

/** `append` takes the archive's bytes in order; it may block. */
export function createFrameWriter(codec: Codec, level: number, append: (bytes: Buffer) => void): FrameWriter {
  const lanes: { readonly pending: Pending[]; ended: boolean }[] = []
  const frames: Frame[] = []
  const giveBack = createGiveBack()
  const whole = createHash('sha256')
  const queue: (() => void)[] = []
  const settling: { readonly resolve: () => void; readonly reject: (thrown: unknown) => void }[] = []
  let compressing = 0
  let bytes = 0
  let pumping = false
  let broken: { readonly thrown: unknown } | null = null

  const put = (out: Buffer) => {
    append(out)
    whole.update(out)
    bytes += out.length
  }
  const compress = async (raw: Buffer): Promise<Buffer> => {
    if (compressing === AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
    compressing += 1
    try {
      return await codec.compress(raw, level)
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
        const compressed = await next.compressed
        put(compressed)
        frames.push({ length: compressed.length, raw: next.raw, sha256: sha256Of(compressed) })
        giveBack()
        lane.pending.shift()
        next.done()
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
        push: (raw) => {
          if (raw.length === 0) return Promise.resolve()
          if (broken !== null) return Promise.reject(broken.thrown)
          const compressed = compress(raw)
          // Its failure is met when its turn comes; until then it must not count as unhandled.
          compressed.catch(() => undefined)
          return new Promise<void>((done, failed) => {
            lane.pending.push({ raw: raw.length, compressed, done, failed })
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
    finish: (manifestFrame) => {
      put(encodeSeal(codec, { frames, manifestFrame, sha256: whole.copy().digest() }))
      return { bytes, sha256: whole.digest('hex') }
    },
  }
}
