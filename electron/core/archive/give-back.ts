import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemCalls } from './system-calls.ts'

/** Every so many frames the buffers that nobody holds any more are collected. */
const COLLECT_EVERY = 16
/** And what the allocator then holds free is given back. */
const TRIM_EVERY = 64

type Collect = (options: { readonly type: 'minor' }) => void

/** A thread looks once: it takes some milliseconds. */
let found: { readonly collect: Collect | null } | undefined

/**
 * To be called after each frame. A frame's buffers are a megabyte each behind objects of a few bytes, so that the
 * collector, which goes by objects, lets dozens of them wait; a look at the young ones alone costs it a millisecond. `every`: so
 * many frames; fewer where several threads hold frames at once.
 */
export function createGiveBack(every = COLLECT_EVERY): () => void {
  found ??= { collect: findCollect() }
  const { collect } = found
  let frames = 0
  return () => {
    frames += 1
    if (frames % every === 0) collect?.({ type: 'minor' })
    if (frames % TRIM_EVERY === 0) systemCalls()?.trimMemory()
  }
}

/** Null where the runtime keeps its collector to itself. */
function findCollect(): Collect | null {
  setFlagsFromString('--expose-gc')
  const exposed: unknown = runInNewContext('typeof gc === "function" ? gc : null')
  setFlagsFromString('--no-expose-gc')
  return exposed as Collect | null
}
