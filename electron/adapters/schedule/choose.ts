import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Scheduler } from '../../core/ports/scheduler.ts'
import { cronScheduler } from './cron.ts'
import { ownMark } from './owned-file.ts'
import { systemdScheduler } from './systemd.ts'

/**
 * The schedulers of this machine, the one to use first: systemd where it runs, else cron; of the system for the
 * superuser, of the account for anyone else. With a `folder` the files go there, and nothing is enabled.
 */
export function machineSchedulers(options: {
  readonly domainFile: string
  readonly folder: string | null
  readonly uid: number
  readonly operator: string
  readonly home: string
  readonly catchUp: readonly string[]
}): readonly Scheduler[] {
  const { domainFile, folder, uid, operator, home, catchUp } = options
  const mark = ownMark(domainFile)
  // Several domains may be planned on one machine; a name of cron's folder holds no full stop.
  const name = `untenseki-backup-${createHash('sha256').update(domainFile).digest('hex').slice(0, 8)}`
  const root = uid === 0
  const units = root ? '/etc/systemd/system' : join(home, '.config', 'systemd', 'user')
  const systemd = systemdScheduler({
    folder: folder ?? units,
    name,
    mark,
    manager: folder !== null ? null : root ? '--system' : '--user',
  })
  const file = folder !== null ? join(folder, name) : root ? join('/etc/cron.d', name) : null
  const place = file === null ? ({ kind: 'crontab', user: operator } as const) : ({ kind: 'file', file } as const)
  const cron = cronScheduler({ place, mark, catchUp })
  return existsSync('/run/systemd/system') ? [systemd, cron] : [cron, systemd]
}
