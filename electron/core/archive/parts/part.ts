import type { Problem } from '../../../../shared/model/problem.ts'
import type { CodecKind } from '../codec.ts'
import type { ExtractJob } from '../extract/extract-job.ts'
import type { Placed } from '../extract/placing.ts'

/**
 * A run of frames that begins and ends between two members, for one thread to read by itself. Only archives with a sound
 * seal have parts, since the seal tells where frames begin.
 */
export type Part = { readonly firstFrame: number; readonly frames: number; readonly offset: number }

/** Numbers of a part in shared memory: the three of `Part`. */
export const PART_NUMBERS = 3
/** An entry of a frame in shared memory: as in the seal, u32 length, u32 raw length, SHA-256. */
export const ENTRY = 40

/** Words that the threads share: the part that is taken next; compressed bytes that are done. */
export const NEXT_PART = 0
export const BYTES_DONE = 1
export const CONTROL_WORDS = 2

/** What a thread that reads parts is started with. Everything that is large is shared. */
export type PartStart = {
  readonly kind: 'parts'
  /** The archive's name in problems. */
  readonly path: string
  /** Open in this process. */
  readonly fd: number
  readonly codec: CodecKind
  readonly frames: SharedArrayBuffer
  readonly parts: SharedArrayBuffer
  readonly control: SharedArrayBuffer
  /** Null: nothing is put in place. */
  readonly extract: PartExtract | null
}

export type PartExtract = {
  readonly job: ExtractJob
  readonly standIns: ReadonlyMap<string, Uint8Array>
}

/** What a part was found to hold. `lines`: SHA-256 in hex and length of what the manifest must say of its members. */
export type PartFound = {
  readonly members: number
  readonly contentBytes: number
  readonly lines: { readonly bytes: number; readonly sha256: string }
  /** Of a part with members: the first and the last one's name. */
  readonly names: { readonly first: Uint8Array; readonly last: Uint8Array } | null
}

/**
 * `part`: one is good by itself. `ended`: there are none left. `differs`: something is not as our writer writes it, or in
 * no order; what exactly is for a reader in sequence to say. `failed`: a member could not be put in place.
 */
export type PartMessage =
  | { readonly kind: 'part'; readonly number: number; readonly found: PartFound }
  | { readonly kind: 'ended'; readonly placed: Placed | null }
  | { readonly kind: 'differs' }
  | { readonly kind: 'failed'; readonly problem: Problem }
