import type { DirectoryStatus, Replica } from '../../../shared/model/directory.ts'
import { fail, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import { reconcileProgressSchema } from '../../../shared/model/reconcile.ts'
import type { Replication } from '../../core/ports/replication.ts'
import { type AddressServices, followJob } from './address-services.ts'

/** Between two questions of a wait: no event crosses the services, so they are asked again. */
const againMs = 250

/** Replication as the servers of the embedded address services report it. `operator` acts where none is named. */
export function createReplication(services: AddressServices, operator: string): Replication {
  const { master, others, ask } = services

  const states = async (hosts: readonly string[] = others): Promise<readonly Replica[]> => {
    const wanted = [...new Set(hosts)]
    const known = [master, ...others]
    for (const host of wanted) {
      if (!known.includes(host)) throw fail('server-unknown', { host, hosts: known.join(', ') })
    }
    const statusOf = (host: string) =>
      ask(host, 'status', {}).catch((error: unknown) =>
        error instanceof ProblemError ? error.problem : toProblem(error),
      )
    // The others first: what the master registers meanwhile must not make an older report look complete.
    const asked = await Promise.all(wanted.map(statusOf))
    const heardAt = new Date().toISOString()
    const own = await statusOf(master)
    return wanted.map((host, index): Replica => {
      const theirs = asked[index]
      if (theirs === undefined || 'code' in theirs) return unreachable(host, theirs ?? problem('internal'), own)
      if ('code' in own) return unreachable(host, own, own)
      return judge(host, theirs, own, heardAt)
    })
  }

  return {
    states,
    waitComplete: async (hosts, { timeoutMs, signal, onChange }) => {
      const deadline = performance.now() + timeoutMs
      let before = ''
      for (;;) {
        const now = await states(hosts)
        const text = JSON.stringify(now.map(({ host, state, waiting }) => [host, state, waiting]))
        if (text !== before) onChange?.(now)
        before = text
        const left = deadline - performance.now()
        if (now.every(({ state }) => state === 'complete') || left <= 0 || signal?.aborted) return now
        await pause(Math.min(againMs, left), signal)
      }
    },
    reconcile: async (host, { newer = 'refuse', operator: by = operator, signal, onProgress } = {}) => {
      const { job } = await ask(master, 'reconcile.begin', { host, newer, operator: by })
      const ended = await followJob(services, job, signal, (progress) => {
        onProgress?.(reconcileProgressSchema.parse(progress))
      })
      if (ended.problem !== null) throw new ProblemError(ended.problem)
      if (ended.reconciled === null) throw fail('maintenance-lost')
      return ended.reconciled
    },
  }
}

function judge(host: string, theirs: DirectoryStatus, own: DirectoryStatus, heardAt: string): Replica {
  const seen = own.replicas.find((one) => one.host === host)
  const same = theirs.position.timeline === own.position.timeline && theirs.position.number === own.position.number
  const row: Replica = {
    host,
    state: 'complete',
    waiting: seen?.waiting ?? 0,
    oldestAt: seen?.oldestAt ?? null,
    applied: theirs.position,
    // It answered just now; the master notes only answers of those that it can feed.
    lastHeard: heardAt,
    problem: null,
  }
  if (theirs.repairPending !== null) {
    return { ...row, state: 'repair-pending', problem: problem('repair-pending', { host }) }
  }
  if (own.repairPending !== null) {
    return { ...row, state: 'repair-pending', problem: problem('repair-pending', { host: own.host }) }
  }
  // The master's view may be of a moment ago, but for what only a comparison of records tells.
  if (seen?.state === 'diverged' || seen?.state === 'newer') return { ...row, state: seen.state, problem: seen.problem }
  if (same) return { ...row, waiting: 0, oldestAt: null }
  const waiting = Math.max(row.waiting, own.position.number - theirs.position.number, 0)
  return { ...row, waiting, state: seen?.state === 'processing' ? 'processing' : 'waiting' }
}

function unreachable(host: string, why: Replica['problem'], own: DirectoryStatus | object): Replica {
  const seen = 'replicas' in own ? own.replicas.find((one) => one.host === host) : undefined
  const { waiting = 0, oldestAt = null, applied = null, lastHeard = null } = seen ?? {}
  return { host, state: 'unreachable', waiting, oldestAt, applied, lastHeard, problem: why }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}
