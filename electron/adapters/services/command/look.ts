import type { ServiceCommands, ServiceConfig } from '../../../../shared/model/domain.ts'
import { type Problem, problem, toProblem } from '../../../../shared/model/problem.ts'
import type { ServiceStatus } from '../../../../shared/model/service.ts'
import type { ServiceFiles } from '../../../formats/pid-file.ts'
import { isListening } from '../prove.ts'
import { knowProcess, type NamedProcess, processOf } from './process-of.ts'
import { type Ran, runProgram } from './run-program.ts'

/** One service that programs of the site drive, and where its traces are. */
export interface Commanded {
  readonly host: string
  readonly service: ServiceConfig
  readonly commands: ServiceCommands
  readonly files: ServiceFiles
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What was found. `unknown`: nobody can say whether it serves; `dead`: it fell over, and nothing of it is left. */
export interface Seen {
  readonly is: 'running' | 'stopped' | 'dead' | 'unknown'
  readonly process: NamedProcess | null
  readonly problem: Problem | null
}

/** How long a status program may take. */
const answerMs = 5_000

/** Exit codes of a status program, as LSB has them. */
const saysRunning = 0
const saysDead = [1, 2]
const saysStopped = 3

/**
 * Asks the status program, and does not believe it where the process of the pid file or the port tell otherwise: a service is
 * running, or stopped, only where all of them agree.
 */
export async function look(one: Commanded): Promise<Seen> {
  const { service, commands, env, files } = one
  let process: NamedProcess | null = null
  try {
    const ran = await runProgram(commands.status, { env, timeoutMs: answerMs })
    process = commands.pidFile === null ? null : processOf(commands.pidFile, files.known)
    const listening = service.port !== null && (await isListening(service.port))
    const seen = { process, ...judge(one, ran, process, listening) }
    if (seen.is === 'running' && process !== null) knowProcess(files.known, process)
    return seen
  } catch (error) {
    return { is: 'unknown', process, problem: toProblem(error) }
  }
}

function judge(one: Commanded, ran: Ran, process: NamedProcess | null, listening: boolean): Omit<Seen, 'process'> {
  const { host, service, commands, files } = one
  const unknown = (found: Problem) => ({ is: 'unknown', problem: found }) as const
  if (ran.code === saysRunning) {
    if (commands.pidFile !== null && process === null) {
      const text = `no process is the one of ${commands.pidFile}`
      return unknown(contradicted(one, text, `${commands.pidFile} が示すプロセスがありません`))
    }
    if (service.port !== null && !listening) {
      return unknown(
        contradicted(one, `nobody listens on port ${service.port}`, `ポート${service.port}が開いていません`),
      )
    }
    return { is: 'running', problem: null }
  }
  const down = ran.code === saysStopped || (ran.code !== null && saysDead.includes(ran.code))
  if (!down) return unknown(commandFailed(one, commands.status, ran))
  if (process !== null) {
    return unknown(contradicted(one, `process ${process.pid} runs`, `プロセス${process.pid}が動いています`))
  }
  if (listening) {
    return unknown(contradicted(one, `port ${service.port} answers`, `ポート${service.port}が応答します`))
  }
  if (ran.code === saysStopped) return { is: 'stopped', problem: null }
  return { is: 'dead', problem: problem('service-killed', { host, service: service.name, log: files.log }) }
}

export function commandFailed(one: Commanded, [program = '']: readonly string[], { code, end, text }: Ran): Problem {
  const { host, service, files } = one
  return problem('service-command-failed', {
    ...{ host, service: service.name, log: files.log, program, text },
    end: code === null ? end : `exit ${code}`,
  })
}

function contradicted({ host, service, commands }: Commanded, text: string, textJa: string): Problem {
  const program = commands.status[0] ?? ''
  return problem('service-contradicted', { host, service: service.name, program, text, textJa })
}

/** As the port tells it. */
export function statusOf(
  { service: { id, name, kind } }: Commanded,
  { is, process, problem: found }: Seen,
): ServiceStatus {
  const state = is === 'running' || is === 'stopped' ? is : 'failed'
  return { id, name, kind, state, pid: process?.pid ?? null, since: process?.since ?? null, problem: found }
}
