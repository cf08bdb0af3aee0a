import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceConfig } from '../../../shared/model/domain.ts'
import { problem, toProblem } from '../../../shared/model/problem.ts'
import type { ServiceStatus } from '../../../shared/model/service.ts'
import { type PidFile, readPidFile, type ServiceFiles } from '../../formats/pid-file.ts'
import { isSameProcess } from '../../wire/process-identity.ts'
import { pingService } from './prove.ts'

/** One service and where its traces are. */
export type Observed = {
  readonly host: string
  readonly service: ServiceConfig
  readonly files: ServiceFiles
  readonly socket: string
}

/** How long an answer to a question about its state may take. */
const answerMs = 3_000

/** How long a process may take to go after its socket, and how often it is looked at: no event tells of it. */
const endingMs = 500
const lookMs = 20

/** The process that the pid file names, if it still runs. */
export function liveProcess(files: ServiceFiles): PidFile | null {
  const found = readPidFile(files.pid)
  return found !== null && isSameProcess(found) ? found : null
}

/**
 * A service's state, proven now: `running` only when its process is the one of the pid file and answers on its socket;
 * `stopped` only when neither file nor answer tells of one; `failed` when its pid file stands without it, when it lives
 * and does not answer, or when it answers without a pid file.
 */
export async function observe({ host, service, files, socket }: Observed): Promise<ServiceStatus> {
  const { id, name, kind } = service
  const down = { id, name, kind, pid: null, since: null }
  try {
    const found = readPidFile(files.pid)
    if (found === null) {
      const pid = await whoAnswers(socket)
      if (pid === null) return { ...down, state: 'stopped', problem: null }
      // It may have begun between the two looks.
      if (readPidFile(files.pid) !== null) return await observe({ host, service, files, socket })
      return { ...down, pid, state: 'failed', problem: problem('service-untracked', { host, service: name, pid }) }
    }
    if (!isSameProcess(found)) {
      const killed = problem('service-killed', { host, service: name, log: files.log })
      return { ...down, state: 'failed', problem: found.problem ?? killed }
    }
    const known = { id, name, kind, pid: found.pid, since: found.startedAt }
    if (found.phase !== 'running') return { ...known, state: found.phase, problem: null }
    if ((await whoAnswers(socket)) === found.pid) return { ...known, state: 'running', problem: null }
    if (await endsSoon(files, found)) return await observe({ host, service, files, socket })
    const silent = problem('service-silent', { host, service: name, pid: found.pid, log: files.log })
    return { ...known, state: 'failed', problem: silent }
  } catch (error) {
    return { ...down, state: 'failed', problem: toProblem(error) }
  }
}

/** Whether a process that does not answer is only about to end: a kill takes its socket before its entry. */
async function endsSoon(files: ServiceFiles, found: PidFile): Promise<boolean> {
  for (let waited = 0; waited <= endingMs; waited += lookMs) {
    if (!isSameProcess(found) || readPidFile(files.pid)?.phase !== 'running') return true
    await sleep(lookMs)
  }
  return false
}

/** The process that answers on the service's socket; null where none does within the time. */
async function whoAnswers(socket: string): Promise<number | null> {
  try {
    return await pingService(socket, answerMs)
  } catch {
    return null
  }
}
