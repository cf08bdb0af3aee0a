import type { MediumOptions } from '../../ports/medium.ts'

/** The backups of manual 15.2.3: case (1), case (3), and (2) and (4) with rounds over several servers. */
export type BackupRunbook = 'master-backup' | 'server-backup' | 'unattended-backup'

/** What a backup is asked for, as data. */
export interface BackupRequest {
  readonly runbook: BackupRunbook
  /** The servers to back up, by host; several only for `unattended-backup`. */
  readonly hosts: readonly string[]
  /** Where each archive goes; at a console it is asked for on the way. */
  readonly places: readonly BackupPlace[]
  readonly options: BackupOptions
  /** What the medium is to be told; without it nobody can be asked for a volume, and nothing that a device holds is given up. */
  readonly medium?: MediumChoices | undefined
}

export type MediumChoices = Pick<MediumOptions, 'nextVolume' | 'overwrite'>

export interface BackupPlace {
  readonly host: string
  /** Absolute. */
  readonly to: string
}

export interface BackupOptions {
  /** How long to wait for replication before the run is refused (10). */
  readonly waitMs: number
  /** After this long with a service down the archive is given up and the services are started; null: no limit. */
  readonly downtimeLimitMs: number | null
}
