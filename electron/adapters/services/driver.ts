import { setTimeout as sleep } from 'node:timers/promises'
import type { Domain, ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import { fail, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { ServiceStatus } from '../../../shared/model/service.ts'
import type { ServiceDriver } from '../../core/ports/service-driver.ts'
import { serviceSocket } from '../../formats/layout.ts'
import { type PidFile, readPidFile, removePidFile, serviceFiles } from '../../formats/pid-file.ts'
import { assertNoRestoreMark } from '../../formats/restore-mark.ts'
import { WireError } from '../../wire/client.ts'
import { isSameProcess } from '../../wire/process-identity.ts'
import { type Launch, type Launched, launchService, whyItDied } from './launch.ts'
import { liveProcess, type Observed, observe } from './observe.ts'
import { askToStop, isListening, proveService } from './prove.ts'

/** How often a process of someone else, of which no event tells, is looked at. */
const lookMs = 25

/** How long one attempt of a proof may take. */
const proofMs = 5_000

/** The driver of an embedded service (design: "The sample domain"): see the port for what it promises. */
export function createServiceDriver(
  domain: Domain,
  server: ServerConfig,
  service: ServiceConfig,
  launch: Launch,
): ServiceDriver {
  const observed = (): Observed => ({
    host: server.host,
    service,
    files: serviceFiles(domain, server.host, service.id),
    socket: serviceSocket(domain, server.host, service.id),
  })
  return {
    status: () => statusOf(observed, service),
    start: async (signal) => {
      if (signal?.aborted === true) throw fail('cancelled')
      assertNoRestoreMark(domain.folders.state, server.host)
      const one = observed()
      const args = ['--config', domain.file, '--host', server.host, '--service', service.id]
      await startService(one, launch, args, domain.limits.startTimeoutMs, signal)
      return await observe(one)
    },
    stop: async (signal) => {
      const one = observed()
      await stopService(one, domain.limits.stopTimeoutMs, signal)
      return await observe(one)
    },
    end: (signal) => endService(observed(), signal, domain.limits.stopTimeoutMs),
  }
}

async function statusOf(observed: () => Observed, { id, name, kind }: ServiceConfig): Promise<ServiceStatus> {
  try {
    return await observe(observed())
  } catch (error) {
    return { id, name, kind, state: 'failed', pid: null, since: null, problem: toProblem(error) }
  }
}

async function startService(
  one: Observed,
  launch: Launch,
  args: readonly string[],
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { host, service, files, socket } = one
  const named = { host, service: service.name, log: files.log }
  const deadline = performance.now() + timeoutMs
  let mine: Launched | null = null
  let ended = false
  let last = { ja: '', en: '' }
  for (;;) {
    if (mine === null && liveProcess(files) === null) {
      const launched = launchService(launch, args, files.log)
      mine = launched
      ended = false
      void launched.gone.then(() => {
        ended = mine === launched
      })
    }
    try {
      const found = liveProcess(files)
      if (found !== null && (mine === null || found.pid === mine.pid)) {
        await proveService(service, socket, Math.min(proofMs, Math.max(1, deadline - performance.now())))
        if (found.phase === 'running') return
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      last = error instanceof ProblemError ? error.problem.message : { ja: text, en: text }
    }
    if (ended && mine !== null) {
      const why = whyItDied(mine.said(), named)
      if (why.code !== 'service-already-running') throw new ProblemError(why)
      // Someone else began it at the same moment, or the one before isn't quite over: wait, or begin again.
      last = why.message
      mine = null
      ended = false
    }
    if (signal?.aborted === true) {
      await giveUp(mine)
      throw signal.reason instanceof ProblemError ? signal.reason : fail('cancelled')
    }
    if (performance.now() > deadline) {
      await giveUp(mine)
      throw fail('service-start-timeout', {
        ...named,
        seconds: Math.round(timeoutMs / 1000),
        text: last.en,
        textJa: last.ja,
      })
    }
    await Promise.race([sleep(lookMs), ...(mine === null ? [] : [mine.gone])])
  }
}

/** A half-started process of ours must not stay. */
async function giveUp(mine: Launched | null): Promise<void> {
  if (mine === null) return
  mine.kill()
  await mine.gone
}

async function stopService(one: Observed, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  const { host, service, files } = one
  const named = { host, service: service.name, log: files.log }
  const found = readPidFile(files.pid)
  if (found === null || !isSameProcess(found)) {
    // Ending what has crashed settles it: from now on it counts as stopped.
    if (found !== null) removePidFile(files.pid)
    const { pid, problem } = await observe(one)
    if (pid !== null && problem !== null) throw new ProblemError(problem)
    return
  }
  await ask(one, found, timeoutMs)
  const deadline = performance.now() + timeoutMs
  while (await remains(one, found)) {
    if (signal?.aborted === true) throw signal.reason instanceof ProblemError ? signal.reason : fail('cancelled')
    if (performance.now() > deadline) {
      throw fail('service-stop-timeout', { ...named, pid: found.pid, seconds: Math.round(timeoutMs / 1000) })
    }
    await sleep(lookMs)
  }
  // Its pid file goes with its orderly end; one that is left tells that it fell over while stopping.
  if (readPidFile(files.pid)?.pid === found.pid) {
    throw fail('service-killed', named)
  }
}

async function ask({ host, service, socket }: Observed, found: PidFile, timeoutMs: number): Promise<void> {
  if (service.kind === 'object-server' && found.phase === 'running') {
    try {
      await askToStop(socket, Math.min(timeoutMs, proofMs))
      return
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'object-server-in-use') throw error
      // Only where nobody listens any more does a signal say what the request could not.
      if (!(error instanceof WireError) || error.reason !== 'unreachable' || !isSameProcess(found)) return
    }
  }
  try {
    process.kill(found.pid, 'SIGTERM')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM') throw fail('service-no-permission', { host, service: service.name }, error)
    if (code !== 'ESRCH') throw error
  }
}

/** What is left of a process ended by a signal is settled as after a crash; its pid file goes with it. */
async function endService(one: Observed, signal: 'SIGTERM' | 'SIGKILL', timeoutMs: number): Promise<boolean> {
  const found = readPidFile(one.files.pid)
  if (found !== null && isSameProcess(found)) {
    process.kill(found.pid, signal)
    const deadline = performance.now() + timeoutMs
    while (await remains(one, found)) {
      if (performance.now() > deadline) return false
      await sleep(lookMs)
    }
  }
  if (readPidFile(one.files.pid)?.pid === found?.pid) removePidFile(one.files.pid)
  return true
}

/** Whether anything of it is left: its process, its socket, its port. */
async function remains({ service, socket }: Observed, found: PidFile): Promise<boolean> {
  if (isSameProcess(found)) return true
  if (await isListening(socket)) return true
  return service.port !== null && (await isListening(service.port))
}
