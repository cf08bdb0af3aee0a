import type { Notice, NoticeKind } from '../../../shared/model/notification.ts'
import { type Problem, toProblem } from '../../../shared/model/problem.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { Told, Untold } from '../ports/told.ts'

/** Tells people, beside the work: nothing here ever fails or delays a run. */
export interface Teller {
  /** Begins to tell, if that kind is wanted. Never throws. */
  tell(notice: Notice): void
  /** Resolves once all that was begun is over; with what went wrong since it was asked last. Never rejects. */
  settled(): Promise<readonly Problem[]>
  /** The channels whose newest notice did not arrive, whoever sent it. */
  untold(): readonly Untold[]
  /** What would keep the next notice from arriving, as far as that can be seen beforehand. */
  obstacles(): readonly Problem[]
  /** Every wanted notice, for who shows it on a desktop. Returns the way to stop listening. */
  subscribe(listener: (notice: Notice) => void): () => void
}

/** How long one channel may take. */
const patienceMs = 60_000

export function createTeller(
  notifiers: readonly Notifier[],
  options: {
    readonly on: readonly NoticeKind[]
    readonly log: Log
    readonly told: Pick<Told, 'untold' | 'noteUntold'>
    readonly clock: Clock
    readonly patienceMs?: number
  },
): Teller {
  const listeners = new Set<(notice: Notice) => void>()
  let under: Promise<void>[] = []
  let failures: Problem[] = []

  async function send(notifier: Notifier, notice: Notice): Promise<void> {
    const { channel } = notifier
    try {
      await notifier.send(notice, AbortSignal.timeout(options.patienceMs ?? patienceMs))
      options.log({ event: 'notify.sent', channel, kind: notice.kind, runId: notice.runId })
      note(channel, null)
    } catch (error) {
      const found = toProblem(error)
      failures.push(found)
      options.log({ event: 'notify.failed', level: 'warn', channel, kind: notice.kind, text: found.message.en })
      note(channel, found)
    }
  }

  /** For the next check. A state folder that takes nothing is told by everything else. */
  function note(channel: string, found: Problem | null): void {
    try {
      const at = options.clock.now().toISOString()
      options.told.noteUntold(channel, found && { at, message: found.message })
    } catch (error) {
      options.log({ event: 'notify.unrecorded', level: 'warn', channel, text: toProblem(error).message.en })
    }
  }

  return {
    tell(notice) {
      if (!options.on.includes(notice.kind)) return
      for (const listener of listeners) listener(notice)
      under.push(...notifiers.map((notifier) => send(notifier, notice)))
    },
    async settled() {
      while (under.length > 0) {
        const waiting = under
        under = []
        await Promise.all(waiting)
      }
      const told = failures
      failures = []
      return told
    },
    untold: () => options.told.untold(notifiers.map(({ channel }) => channel)),
    obstacles: () => notifiers.flatMap((notifier) => notifier.obstacle() ?? []),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
