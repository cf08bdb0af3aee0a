import { randomUUID } from 'node:crypto'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import type { ReconcileReport } from '../../../shared/model/reconcile.ts'
import type { RepairReport } from '../../../shared/model/repair.ts'
import type { Maintenance } from '../../wire/address-operations.ts'

/** What a job is given to work with. */
export type JobContext = {
  readonly signal: AbortSignal
  progress(phase: string, done: number, total: number): void
}

export type JobResult = { readonly reconciled: ReconcileReport } | { readonly repaired: RepairReport }

/** 整合性確保 and データ修復, one at a time: both decide what a server's contents are. */
export type MaintenanceJobs = {
  /** Throws `maintenance-in-progress`, naming who works on what. */
  begin(host: string, operator: string, work: (context: JobContext) => Promise<JobResult>): { job: string }
  /** Waits up to a second for news after `seen`. Throws `maintenance-lost`. */
  poll(job: string, seen: number): Promise<Maintenance>
  cancel(job: string): void
  /** Aborts what goes on and waits for its end. */
  stop(): Promise<void>
}

type Job = {
  readonly id: string
  readonly host: string
  readonly operator: string
  readonly abort: AbortController
  readonly waiting: Set<() => void>
  state: Maintenance
  done: Promise<void>
}

const newsMs = 1_000

export function createMaintenanceJobs(): MaintenanceJobs {
  let current: Job | null = null

  const change = (job: Job, news: Partial<Maintenance>): void => {
    job.state = { ...job.state, ...news, revision: job.state.revision + 1 }
    for (const wake of job.waiting) wake()
  }
  const named = (id: string): Job => {
    if (current === null || current.id !== id) throw fail('maintenance-lost')
    return current
  }

  return {
    begin: (host, operator, work) => {
      if (current?.state.running) {
        throw fail('maintenance-in-progress', { host: current.host, operator: current.operator })
      }
      const nothing = { progress: null, problem: null, reconciled: null, repaired: null }
      const state: Maintenance = { revision: 0, running: true, ...nothing }
      const abort = new AbortController()
      const job: Job = {
        id: randomUUID(),
        host,
        operator,
        abort,
        waiting: new Set(),
        state,
        done: Promise.resolve(),
      }
      current = job
      job.done = work({
        signal: abort.signal,
        progress: (phase, done, total) => change(job, { progress: { phase, done, total } }),
      }).then(
        (result) => change(job, { running: false, ...result }),
        (error: unknown) => change(job, { running: false, problem: toProblem(error) }),
      )
      return { job: job.id }
    },
    poll: async (id, seen) => {
      const job = named(id)
      if (job.state.revision === seen && job.state.running) {
        await new Promise<void>((resolve) => {
          const end = (): void => {
            clearTimeout(timer)
            job.waiting.delete(end)
            resolve()
          }
          const timer = setTimeout(end, newsMs)
          job.waiting.add(end)
        })
      }
      return job.state
    },
    cancel: (id) => named(id).abort.abort(fail('cancelled')),
    stop: async () => {
      current?.abort.abort(fail('service-stopping'))
      await current?.done
    },
  }
}
