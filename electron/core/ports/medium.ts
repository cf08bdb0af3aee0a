import type { Problem } from '../../../shared/model/problem.ts'

/**
 * Where an archive is written to. Law for every adapter:
 *
 * - `check` changes nothing and never throws for what an operator can cause; it answers with every problem it sees
 *   (exit code 12, or 64 for a path that is no absolute path), an empty list meaning "an archive can be written now".
 * - `create` claims the place. From then on exactly one of `commit` and `discard` ends the claim.
 * - An archive that exists is never overwritten, not even by a race: `commit` fails instead.
 * - A crash at any moment leaves either nothing, the unfinished place that a later `check` names, or the whole,
 *   durable archive under its final name; never something unfinished under the final name.
 */
export type Medium = {
  readonly check: (path: string, wants?: MediumWants) => Promise<readonly Problem[]>
  /** Throws a `Problem` of the kind that `check` answers with. */
  readonly create: (path: string) => Promise<MediumWriter>
  /** Takes away a finished archive whose run is being undone, durably. One that is gone already is no error. */
  readonly remove: (path: string) => Promise<void>
  /**
   * Takes away the unfinished place that a dead run left for this archive. Only for a caller who knows by the run's
   * record, and the run lock, that its writer is gone. None there is no error.
   */
  readonly discardUnfinished: (path: string) => Promise<void>
  /**
   * Takes a finished archive that turned out bad off its final name and keeps it for whoever looks for the cause; gives
   * the name that it has now. Nothing is overwritten.
   */
  readonly reject: (path: string) => Promise<string>
}

export type MediumWants = {
  /** How much room is needed, as far as it can be told beforehand. */
  readonly needBytes?: number
  /** The backup targets, absolute: the archive must not lie inside one of them. */
  readonly targets?: readonly string[]
}

export type MediumWriter = {
  /** The archive's bytes are written here, from the start on, by whichever thread. The writer object closes it. */
  readonly fd: number
  /** Empty, nameless files for reading and writing, gone with the process at the latest. The writer object closes them. */
  readonly scratch: readonly [number, number]
  /** Makes the archive durable, then visible under its final name, then that name durable. Throws `medium-exists`, `medium-failed`. */
  readonly commit: () => Promise<void>
  /** Removes what this writer has created, and only that; also after a failed `commit`. Not to be called after a good one. */
  readonly discard: () => Promise<void>
}
