import type { RunState } from '../../../shared/model/run-state.ts'
import type { ScheduleView } from '../../../shared/model/schedule.ts'
import { readableRuns } from '../check/readable-runs.ts'
import type { Engine } from '../engine.ts'
import type { InstalledSchedule, Scheduler } from '../ports/scheduler.ts'

/** What is planned, when it falls due next and how the last backup ended. A run's record that cannot be read counts as none. */
export async function scheduleView(engine: Engine, folder: string | null = null): Promise<ScheduleView> {
  const found = await installedSchedule(engine, folder)
  const last = lastBackup(engine)
  const next = found ? await found.scheduler.dueAfter(found.installed.calendar, engine.clock.now(), 1) : null
  return {
    installed: found
      ? {
          scheduler: found.installed.scheduler,
          files: [...found.installed.files],
          calendar: calendarText(found.installed),
          command: [...found.installed.argv],
          user: found.installed.user,
        }
      : null,
    next: next?.[0]?.toISOString() ?? null,
    last: last
      ? { runId: last.runId, startedAt: last.startedAt, outcome: last.outcome, exitCode: last.exitCode }
      : null,
  }
}

/** The schedule that stands and whose it is, or null. */
export async function installedSchedule(
  engine: Engine,
  folder: string | null = null,
): Promise<{ readonly scheduler: Scheduler; readonly installed: InstalledSchedule } | null> {
  for (const scheduler of engine.schedulers(folder)) {
    const installed = await scheduler.show()
    if (installed) return { scheduler, installed }
  }
  return null
}

/**
 * When the schedule fell due last before now, if no run began since then; else null. Also where nothing ever ran; but what fell due
 * before it was planned was missed by nobody. What fell due less than an hour ago
 * may still be about to begin (own decision).
 */
export async function missedSince(engine: Engine, folder: string | null = null): Promise<Date | null> {
  const found = await installedSchedule(engine, folder)
  if (!found) return null
  const now = engine.clock.now().getTime()
  for (const span of spansMs) {
    const from = new Date(now - span)
    const due = await found.scheduler.dueAfter(found.installed.calendar, from, mostTimes)
    if (due === null) return null
    // Where even so many reach no further than the past, a shorter look back is needed.
    if (due.length === mostTimes && (due.at(-1)?.getTime() ?? 0) <= now) continue
    const before = due.filter((time) => time.getTime() <= now - graceMs).at(-1)
    if (!before || before.getTime() < Date.parse(found.installed.since)) return null
    const last = lastBackup(engine)
    return last && Date.parse(last.startedAt) >= before.getTime() - slackMs ? null : before
  }
  return null
}

const graceMs = 3_600_000
/** How far back to look: a month, then less. */
const spansMs = [32 * 86_400_000, 2 * 86_400_000, 3 * graceMs]
const mostTimes = 200
/** A clock that was set, or a timer that fires a moment early, makes no missed night. */
const slackMs = 60_000

function lastBackup(engine: Engine): RunState | null {
  for (const state of readableRuns(engine)) if (/backup/.test(state.runbook)) return state
  return null
}

function calendarText({ calendar }: InstalledSchedule): string {
  return calendar.kind === 'daily' ? calendar.at : calendar.text
}
