import type { CatalogEntry, VolumesMark } from '../../../shared/model/catalog.ts'
import type { Problem } from '../../../shared/model/problem.ts'
import type { WantedVolume } from '../../../shared/model/wanted-volume.ts'

/**
 * Where an archive is written to: a file, a special file (device), or memory. Law for every adapter:
 *
 * - `check` changes nothing and never throws for what an operator can cause; it answers with every problem it sees
 *   (exit code 12, or 64 for a path that is no absolute path), an empty list meaning "an archive can be written now".
 * - `create` claims the place. From then on exactly one of `commit`, `discard` and `leave` ends the claim.
 * - An archive that exists is never overwritten, not even by a race: `commit` fails instead. A device whose content is
 *   to be given up has to be named as such (`overwrite`).
 * - A crash at any moment leaves either nothing, the unfinished place that a later `check` names, or the whole,
 *   durable archive under its final name; never something unfinished under the final name.
 */
export type Medium = {
  readonly check: (path: string, wants?: MediumWants) => Promise<readonly Problem[]>
  /** Throws a `Problem` of the kind that `check` answers with. */
  readonly create: (path: string, options?: MediumOptions) => Promise<MediumWriter>
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
  /** Opens what was written there, for reading anywhere in it. Throws `archive-missing`, `archive-unreadable` (12). */
  readonly open: (path: string, options?: OpenOptions) => Promise<MediumReader>
  /**
   * Whether the very archive that the catalog knows stands there now, as far as that is told without reading all of it: a file by its
   * size; on block devices every volume by its label and end, the whole by `MediumReader.mark`. An archive on tape is never present
   * (own decision): which one is in a drive, and that there is one, is not known without moving it. Never throws for what an
   * operator can cause; what cannot be looked at is not present.
   */
  readonly isPresent: (archive: KnownArchive) => Promise<boolean>
  /**
   * Takes over the unfinished place of a writer that is gone, so that the same bytes may be written on. Null: there is
   * none, or this medium must begin anew. Throws `medium-partial-live` while its writer lives.
   */
  readonly resume: (path: string) => Promise<ResumedWriter | null>
  /** Where an archive goes when the operator names `place`: into a folder that is there as `name`, else to `place` itself. */
  readonly placeFor: (place: string, name: string) => Promise<string>
  /** What writers left unfinished in a folder, oldest name first, or on a device; nothing for a place that holds none. */
  readonly unfinishedIn: (folder: string) => Promise<readonly Unfinished[]>
}

/** What the catalog knows of an archive that may still stand where it was written. */
export type KnownArchive = Pick<CatalogEntry, 'path' | 'bytes' | 'volumes'>

/** An unfinished place. `path`: what it was to become; `live`: its writer still runs, so it is none to be removed. */
export type Unfinished = {
  readonly path: string
  readonly partial: string
  readonly bytes: number
  /** ISO 8601, when it last grew. */
  readonly changedAt: string
  readonly live: boolean
}

export type OpenOptions = {
  /** Asked for a volume that is not where the last one was. Without it that is `volume-wanted` (12). */
  readonly nextVolume?: NextVolume | undefined
  readonly signal?: AbortSignal | undefined
  /** What is read comes from the medium itself where the filesystem allows that, not from memory. */
  readonly uncached?: boolean
}

export type MediumReader = {
  readonly path: string
  readonly size: number
  /** Up to `length` bytes at `offset`; fewer only at the end. Throws `archive-unreadable`. One call at a time where volumes change. */
  readonly readAt: (offset: number, length: number) => Promise<Buffer>
  /** What tells one filesystem, or device, from another on this machine. */
  readonly filesystem: string
  /** Whether any reader can open it by its path as one file. */
  readonly plain: boolean
  /** Whether memory was really passed by. */
  readonly uncached: boolean
  /** What `isPresent` recognises this archive by; null where its name and size do. Throws as `readAt` does. */
  readonly mark: () => Promise<VolumesMark | null>
  readonly close: () => Promise<void>
}

/** A writer whose file holds `kept` bytes already; they are to be looked at, and cut where they are not right, before anything is written. */
export type ResumedWriter = Omit<MediumWriter, 'scratch' | 'sink'> & {
  readonly sink: FileSink
  readonly kept: number
}

export type MediumWants = {
  /** How much room is needed, as far as it can be told beforehand. */
  readonly needBytes?: number
  /** The backup targets, absolute: the archive must not lie inside one of them. */
  readonly targets?: readonly string[]
  /** The operator gives up what the device holds. Never allows a mounted or otherwise used one. Means nothing for a file. */
  readonly overwrite?: boolean
  /** Somebody can be asked for further volumes, so one that is too small alone will do. */
  readonly nextVolume?: NextVolume | undefined
}

export type MediumOptions = Pick<MediumWants, 'overwrite'> & {
  /** What a volume's label calls the archive: its file name. */
  readonly name?: string
  /** Ends the wait for a volume: what waits rejects with the signal's problem. */
  readonly signal?: AbortSignal | undefined
  /** Asked at the end of a volume. Without it a second volume is `medium-next-volume` (12), as for an unattended run. */
  readonly nextVolume?: NextVolume | undefined
}

/**
 * Asks a person for a volume: the next one when writing, any one of the set when reading. `number` counts from 1;
 * `label` is what is to be written on it; `path` is the drive or device that the last one was in. Resolves with the
 * device's path once the volume is in (the same path for a drive whose medium was changed), or null: give up.
 * `problem` says why the last answer was refused, so that a dialog can show it and ask again.
 */
export type NextVolume = (wanted: WantedVolume) => Promise<string | null>

type FileSink = { readonly kind: 'file'; readonly fd: number }

/**
 * How the archive's bytes reach the medium. `file`: whichever thread makes them writes them to `fd`, from the start on.
 * `stream`: they are handed over in order, one `write` after the other; a write that waits for a volume stays pending.
 */
export type MediumSink = FileSink | { readonly kind: 'stream'; readonly write: (bytes: Uint8Array) => Promise<void> }

export type MediumWriter = {
  readonly sink: MediumSink
  /** Empty, nameless files for reading and writing, gone with the process at the latest. The writer object closes them. */
  readonly scratch: readonly [number, number]
  /** Makes the archive durable, then visible under its final name, then that name durable. Throws `medium-exists`, `medium-failed`. */
  readonly commit: () => Promise<void>
  /**
   * Removes what this writer has created, and only that; also after a failed `commit`. Not to be called after a good one.
   * `gone`: resolves once nothing that was left behind may still use the sink; its descriptors stay open until then.
   */
  readonly discard: (gone?: Promise<void>) => Promise<void>
  /** Ends the claim and keeps what was written as the unfinished place, for `resume`; where none can be resumed, discards. `gone`: as for `discard`. */
  readonly leave: (gone?: Promise<void>) => Promise<void>
}
