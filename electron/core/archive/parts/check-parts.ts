import { fail, ProblemError } from '../../../../shared/model/problem.ts'
import { type Codec, codecOf, FRAME_BYTES, FRAME_LIMIT } from '../codec.ts'
import type { MemberSink } from '../extract/member-sink.ts'
import { createPlacing } from '../extract/placing.ts'
import { placingCalls } from '../extract/placing-calls.ts'
import { createGiveBack } from '../give-back.ts'
import { newSha256, sha256Of } from '../hash.ts'
import { compareNames } from '../member-name.ts'
import { createStreamChecker } from '../stream-checker.ts'
import { systemCalls } from '../system-calls.ts'
import { type ZstdLibrary, zstdLibrary } from '../zstd-library.ts'
import { createFrameQueue, type TakenFrame } from './frame-queue.ts'
import { BYTES_DONE, type PartFound, type PartMessage, type PartStart } from './part.ts'

/** Frames between two looks for buffers that nobody holds any more: each of several threads has its own. */
const COLLECT_EVERY = 4
/** Frames that are decoded ahead, by libuv's pool. */
const AHEAD = 2
const LINES_AT_ONCE = 256 * 1024

/** All that such a thread calls outside JavaScript; before anybody may end it. */
export function loadMachineCode(): void {
  systemCalls()
  zstdLibrary()
  placingCalls()
}

/** The life of a thread that reads parts: takes one after another until there are none, and posts what it finds. Never rejects. */
export async function checkParts(start: PartStart, post: (message: PartMessage) => void): Promise<void> {
  try {
    post((await readAll(start, post)) ?? { kind: 'differs' })
  } catch (thrown) {
    if (thrown instanceof ProblemError) post({ kind: 'failed', problem: thrown.problem })
    else throw thrown
  }
}

async function readAll(
  start: PartStart,
  post: (message: PartMessage) => void,
): Promise<Extract<PartMessage, { kind: 'ended' }> | null> {
  const codec = codecOf(start.codec)
  const done = new BigInt64Array(start.control)
  const giveBack = createGiveBack(COLLECT_EVERY)
  const placing = start.extract === null ? null : createPlacing(start.extract.job, 'content', start.extract)
  const library = start.codec === 'zstd' ? zstdLibrary() : null
  const decompress = library === null ? codec.decompress : intoOneRoom(library)
  // What is decoded here and now is not decoded ahead, and its room is used again.
  const queue = createFrameQueue(start, library === null ? AHEAD : 0, (frame, compressed) =>
    decode(codec.measure, decompress, frame, compressed),
  )
  let checker: PartChecker | null = null
  try {
    for (let taken = queue.next(); taken !== null; taken = queue.next()) {
      const { frame, raw: decoding } = taken
      const raw = await decoding
      if (raw === null) return null
      checker ??= createPartChecker(start.path, frame.part === 0, placing?.sink ?? null)
      if (!checker.push(raw)) return null
      Atomics.add(done, BYTES_DONE, BigInt(frame.length))
      giveBack()
      if (!frame.endsPart) continue
      const found = checker.finish()
      if (found === null) return null
      post({ kind: 'part', number: frame.part, found })
      checker = null
    }
    return { kind: 'ended', placed: placing?.finish() ?? null }
  } finally {
    placing?.abandon()
  }
}

/** What a frame holds; null: it is not what the seal says. */
async function decode(
  measure: Codec['measure'],
  decompress: Codec['decompress'],
  frame: TakenFrame,
  compressed: Buffer,
): Promise<Buffer | null> {
  if (compressed.length !== frame.length || !sha256Of(compressed).equals(frame.sha256)) return null
  const found = await measure(async (at, count) => compressed.subarray(at, at + count), 0)
  // Asked before decoding: a few bytes can claim to hold more than memory does.
  const sound =
    found.kind === 'frame' && found.length === frame.length && found.rawBound <= FRAME_LIMIT && frame.raw <= FRAME_LIMIT
  const raw = sound ? await decompress(compressed, frame.raw).catch(() => null) : null
  return raw?.length === frame.raw ? raw : null
}

/** By the machine's own library, each frame where the one before was. */
function intoOneRoom(library: ZstdLibrary): Codec['decompress'] {
  let room = Buffer.allocUnsafeSlow(FRAME_BYTES)
  return async (frame, limit) => {
    if (limit > room.length) room = Buffer.allocUnsafeSlow(limit)
    const length = library.decompress(frame, room.subarray(0, limit))
    if (length === null) throw fail('internal', { text: 'zstd' })
    return room.subarray(0, length)
  }
}

type PartChecker = {
  readonly push: (raw: Buffer) => boolean
  /** Null: the part does not end between two members, or they stand in no order. */
  readonly finish: () => PartFound | null
}

function createPartChecker(path: string, isFirst: boolean, sink: MemberSink | null): PartChecker {
  const lines = newSha256()
  const room = Buffer.allocUnsafeSlow(LINES_AT_ONCE)
  let filled = 0
  let bytes = 0
  let members = 0
  const flush = () => {
    lines.update(room.subarray(0, filled))
    filled = 0
  }
  const put = (line: Buffer | string) => {
    const length = typeof line === 'string' ? Buffer.byteLength(line) : line.length
    if (filled + length > room.length) flush()
    if (length > room.length) lines.update(line)
    else filled += typeof line === 'string' ? room.write(line, filled) : line.copy(room, filled)
    bytes += length
  }
  const order = sink === null ? null : createOrder(sink)
  const checker = createStreamChecker({
    path,
    account: {
      // Whoever started this thread reads the header itself.
      header: () => undefined,
      expect: (line) => {
        members += 1
        put(line)
      },
      push: notInPart,
      finish: notInPart,
    },
    sink: order?.sink ?? null,
    checkCancelled: () => undefined,
    part: isFirst ? 'first' : 'later',
  })
  return {
    push: checker.push,
    finish: () => {
      if (!checker.between() || order?.kept() === false) return null
      flush()
      return {
        members,
        contentBytes: checker.contentBytes(),
        lines: { bytes, sha256: lines.digest('hex') },
        names: order?.names() ?? null,
      }
    },
  }
}

function notInPart(): never {
  throw fail('internal', { text: 'manifest' })
}

/** Passes members on as long as their names stand in the walk's order, so that none comes twice. */
function createOrder(sink: MemberSink) {
  let first: Buffer | null = null
  let last: Buffer | null = null
  let kept = true
  return {
    sink: {
      begin: (entry) => {
        if (last !== null && compareNames(last, entry.name) >= 0) kept = false
        first ??= entry.name
        last = entry.name
        if (kept) sink.begin(entry)
      },
      data: (piece, offset) => {
        if (kept) sink.data(piece, offset)
      },
      end: () => {
        if (kept) sink.end()
      },
    } satisfies MemberSink,
    kept: () => kept,
    names: () =>
      first === null || last === null ? null : { first: Uint8Array.from(first), last: Uint8Array.from(last) },
  }
}
