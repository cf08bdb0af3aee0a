import { setTimeout as sleep } from 'node:timers/promises'
import type { Domain, ServerConfig, ServiceCommands, ServiceConfig } from '../../../../shared/model/domain.ts'
import { fail, ProblemError, toProblem } from '../../../../shared/model/problem.ts'
import type { ServiceDriver } from '../../../core/ports/service-driver.ts'
import { readPidFile, removePidFile, serviceFiles } from '../../../formats/pid-file.ts'
import { assertNoRestoreMark } from '../../../formats/restore-mark.ts'
import { isSameProcess } from '../../../wire/process-identity.ts'
import { isListening } from '../prove.ts'
import { askRecipient } from '../smtp-probe.ts'
import { inTurn } from './in-turn.ts'
import { type Commanded, commandFailed, look, type Seen, statusOf } from './look.ts'
import { type Ran, runProgram } from './run-program.ts'

/** How often a service is asked whether it has come to where its program says. */
const lookMs = 200

/** How long a mail server may take over the question that proves it. */
const proofMs = 5_000

/** The driver `command` (ARCHITECTURE, "Services of a site"): programs of the site start, stop and tell of one service. */
export function createCommandDriver(
  domain: Domain,
  server: ServerConfig,
  service: ServiceConfig,
  commands: ServiceCommands,
  env: Readonly<Record<string, string | undefined>>,
): ServiceDriver {
  const one = (): Commanded => {
    return { host: server.host, service, commands, env, files: serviceFiles(domain, server.host, service.id) }
  }
  return {
    async status() {
      const { id, name, kind } = service
      try {
        const asked = one()
        const program = readPidFile(asked.files.program)
        if (program === null || !isSameProcess(program)) return statusOf(asked, await look(asked))
        return { id, name, kind, state: program.phase, pid: null, since: null, problem: null }
      } catch (error) {
        return { id, name, kind, state: 'failed', pid: null, since: null, problem: toProblem(error) }
      }
    },
    async start(signal) {
      if (signal?.aborted === true) throw fail('cancelled')
      assertNoRestoreMark(domain.folders.state, server.host)
      return statusOf(one(), await start(one(), domain.limits, signal))
    },
    stop: async (signal) => statusOf(one(), await stop(one(), domain.limits.stopTimeoutMs, signal)),
    end: (signal) => end(one(), signal, domain.limits.stopTimeoutMs),
  }
}

async function start(one: Commanded, limits: Domain['limits'], signal: AbortSignal | undefined): Promise<Seen> {
  const timeoutMs = limits.startTimeoutMs
  const seconds = Math.round(timeoutMs / 1000)
  const tooLate = ({ ja, en }: { readonly ja: string; readonly en: string }) =>
    fail('service-start-timeout', { ...namesOf(one), seconds, text: en, textJa: ja })
  const busy = { ja: '前に実行したプログラムが終わっていません', en: 'a program that was run before has not ended' }
  return await inTurn(one.files, { timeoutMs, signal, tooLate: () => tooLate(busy) }, async (remember) => {
    const before = await look(one)
    if (before.is === 'running') return before
    const deadline = performance.now() + timeoutMs
    const why = (ran: Ran, last: Seen): ProblemError | null => {
      if (signal?.aborted === true) return cancelled(signal)
      if (ran.end === 'timeout') {
        const [program = ''] = one.commands.start
        return tooLate({ ja: `${program} が終わりません`, en: `${program} did not end` })
      }
      if (ran.code !== 0) return new ProblemError(commandFailed(one, one.commands.start, ran))
      return performance.now() > deadline
        ? tooLate(last.problem?.message ?? { ja: 'サービスが動いていません', en: last.is })
        : null
    }
    const ran = await run(one, 'start', { timeoutMs, signal, remember })
    for (;;) {
      const seen = await look(one)
      // What serves is up, whatever its program said; unless nobody wants it any more.
      if (signal?.aborted !== true && seen.is === 'running' && (await proven(one))) return seen
      const given = why(ran, seen)
      if (given !== null) {
        // Only what this began is ended: of a service of which nobody knew it may well be that it serves.
        if (before.is !== 'unknown') await giveUp(one, limits.stopTimeoutMs, remember)
        throw given
      }
      await sleep(lookMs)
    }
  })
}

async function stop(one: Commanded, timeoutMs: number, signal: AbortSignal | undefined): Promise<Seen> {
  const seconds = Math.round(timeoutMs / 1000)
  const tooLate = (seen: Seen | null) =>
    fail('service-stop-timeout', { ...namesOf(one), pid: seen?.process?.pid ?? '-', seconds })
  return await inTurn(one.files, { timeoutMs, signal, tooLate: () => tooLate(null) }, async (remember) => {
    const before = await look(one)
    if (before.is === 'stopped') return before
    const deadline = performance.now() + timeoutMs
    const ran = await run(one, 'stop', { timeoutMs, signal, remember })
    for (;;) {
      const seen = await look(one)
      // What is gone is down, whatever its program said; what fell over is once that did its work, though the status go on telling of the fall.
      if (seen.is === 'stopped') return seen
      if (seen.is === 'dead' && ran.code === 0) return { ...seen, is: 'stopped', problem: null }
      if (signal?.aborted === true) throw cancelled(signal)
      if (ran.end === 'timeout') throw tooLate(seen)
      if (ran.code !== 0) throw new ProblemError(commandFailed(one, one.commands.stop, ran))
      if (performance.now() > deadline) throw seen.problem ? new ProblemError(seen.problem) : tooLate(seen)
      await sleep(lookMs)
    }
  })
}

/** Without a pid file there is nobody to send a signal to. */
async function end(one: Commanded, signal: 'SIGTERM' | 'SIGKILL', timeoutMs: number): Promise<boolean> {
  const { process: found, is } = await look(one)
  if (found === null) return is === 'stopped' || is === 'dead'
  try {
    process.kill(found.pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM') throw fail('service-no-permission', { host: one.host, service: one.service.name }, error)
    if (code !== 'ESRCH') throw error
  }
  const deadline = performance.now() + timeoutMs
  while (isSameProcess(found) || (one.service.port !== null && (await isListening(one.service.port)))) {
    if (performance.now() > deadline) return false
    await sleep(lookMs)
  }
  return true
}

type Remember = (pid: number, phase: 'starting' | 'stopping') => void

async function run(
  one: Commanded,
  which: 'start' | 'stop',
  { timeoutMs, signal, remember }: { timeoutMs: number; signal?: AbortSignal | undefined; remember: Remember },
): Promise<Ran> {
  const phase = which === 'start' ? 'starting' : 'stopping'
  const { env, files, commands } = one
  try {
    const onBegun = (pid: number) => remember(pid, phase)
    return await runProgram(commands[which], { env, timeoutMs, signal, log: files.log, onBegun })
  } finally {
    forget(files.program)
  }
}

/** One that could not even be killed stays on record: whoever comes next waits for its end. */
function forget(file: string): void {
  const found = readPidFile(file)
  if (found === null || !isSameProcess(found)) removePidFile(file)
}

/** A half-started service must not stay. */
async function giveUp(one: Commanded, timeoutMs: number, remember: Remember): Promise<void> {
  const left = await look(one)
  if (left.is === 'stopped' || left.is === 'dead') return
  await run(one, 'stop', { timeoutMs, remember })
  if ((await look(one)).process !== null) await end(one, 'SIGKILL', timeoutMs)
}

async function proven({ service }: Commanded): Promise<boolean> {
  if (service.port === null) return true
  return await askRecipient(service.port, proofMs).then(
    () => true,
    () => false,
  )
}

function namesOf({ host, service, files }: Commanded) {
  return { host, service: service.name, log: files.log }
}

function cancelled(signal: AbortSignal): ProblemError {
  return signal.reason instanceof ProblemError ? signal.reason : fail('cancelled')
}
