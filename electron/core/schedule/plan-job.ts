import { statSync } from 'node:fs'
import { fail } from '../../../shared/model/problem.ts'
import { isTimeOfDay } from '../../formats/time-of-day.ts'
import { type Engine, serverOf } from '../engine.ts'
import { isMountPoint } from '../operations/mount-point.ts'
import type { Calendar, ScheduledJob } from '../ports/scheduler.ts'

/** What an operator chose to have done every night. */
export interface Wish {
  /** `HH:MM`, or null. */
  readonly at: string | null
  /** The scheduler's own expression, or null. */
  readonly calendar: string | null
  /** Host names with commas, or null for every server. */
  readonly server: string | null
  /** A folder: a name of its own would be taken on the second night. */
  readonly to: string
  readonly user: string
  /** The words that call this program, and what it needs in its environment. */
  readonly program: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/**
 * The job as a scheduler takes it. Throws `schedule-time` (64) for no time of day, `schedule-folder` (64) where `to` is no folder, `schedule-words` (64)
 * for a line break in a path, `server-unknown` (64).
 */
export function planJob(engine: Engine, wish: Wish): ScheduledJob {
  const { domain } = engine
  const servers = wish.server?.split(',').map((host) => (host === 'MASTER' ? host : serverOf(domain, host).host))
  if (statSync(wish.to, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw fail('schedule-folder', { path: wish.to })
  const target = servers === undefined ? ['--all'] : ['--server', servers.join(',')]
  // A medium that is mounted now has to be there every night: without it the archive would fill the disk below.
  const mounted = isMountPoint(wish.to) ? ['--mounted'] : []
  const argv = [
    ...wish.program,
    'backup',
    ...target,
    '--to',
    `${wish.to}/`,
    ...mounted,
    '--yes',
    '--config',
    domain.file,
  ]
  const watch = [...wish.program, 'check', '--notify', '--config', domain.file]
  const broken = [...argv, ...Object.values(wish.environment)].find((word) => /\p{Cc}/u.test(word))
  if (broken !== undefined) throw fail('schedule-words', { word: broken.replace(/\p{Cc}/gu, '?') })
  const description = `Untenseki: ${domain.name} (${servers?.join(',') ?? 'all'})`
  const since = engine.clock.now().toISOString()
  return { description, calendar: calendarOf(wish), argv, watch, user: wish.user, environment: wish.environment, since }
}

function calendarOf({ at, calendar }: Wish): Calendar {
  if (calendar !== null) return { kind: 'expression', text: calendar }
  if (at === null || !isTimeOfDay(at)) throw fail('schedule-time', { at: at ?? '' })
  return { kind: 'daily', at }
}
