import type { ServerConfig } from '../../../../shared/model/domain.ts'
import { type StepName, stepHostOf, stepIdOf } from '../../../../shared/model/run.ts'
import { currentFiles, masterJournal, serverJournal } from '../../../formats/journal-folder.ts'
import type { BackupWork } from './work.ts'

/** A step as `--dry-run` tells it: whose servers it would touch, and of what it reads or moves how much. */
export interface PlannedStep {
  readonly id: StepName
  readonly hosts: readonly string[]
  /** Null for a step that is about no files. */
  readonly files: number | null
  readonly bytes: number | null
}

type Measured = { readonly host: string; readonly members: number; readonly bytes: number }

/** `measured`: what each server's archive would hold; empty where it was not looked at. */
export function planStep(work: BackupWork, id: StepName, measured: readonly Measured[]): PlannedStep {
  const hosts = hostsOf(work, id)
  const amounts = hosts.map((host) => amountOf(work, id, host, measured))
  const known = amounts.flatMap((amount) => amount ?? [])
  if (known.length === 0) return { id, hosts, files: null, bytes: null }
  const sum = (of: (amount: Amount) => number) => known.reduce((total, amount) => total + of(amount), 0)
  return { id, hosts, files: sum(({ files }) => files), bytes: sum(({ bytes }) => bytes) }
}

function hostsOf({ master, members, stopped, engine }: BackupWork, id: StepName): readonly string[] {
  const names = (servers: readonly { readonly server: ServerConfig }[]) => servers.map(({ server }) => server.host)
  const own = stepHostOf(id)
  if (own !== null) return [own]
  switch (stepIdOf(id)) {
    case 'check-console':
      return [master.host]
    case 'check-replication': {
      const others = members.filter(({ server }) => server !== master)
      const asked = engine.domain.servers.filter((server) => server !== master).map(({ host }) => host)
      return others.length > 0 ? names(others) : asked
    }
    case 'stop-server':
    case 'stop-address-service':
    case 'start':
      return names(stopped)
    default:
      return names(members)
  }
}

type Amount = { readonly files: number; readonly bytes: number }

function amountOf({ master }: BackupWork, id: StepName, host: string, measured: readonly Measured[]): Amount | null {
  switch (stepIdOf(id)) {
    case 'nxbackup':
    case 'verify': {
      const found = measured.find((one) => one.host === host)
      return found ? { files: found.members, bytes: found.bytes } : null
    }
    case 'seal': {
      const place = host === master.host ? masterJournal(master) : serverJournal(master, host)
      const files = place ? currentFiles(place) : []
      return { files: files.length, bytes: files.reduce((total, { bytes }) => total + bytes, 0) }
    }
    default:
      return null
  }
}
