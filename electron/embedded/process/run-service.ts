import type { Domain, ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import { fail, type Problem, toProblem } from '../../../shared/model/problem.ts'
import { makeFolderDurable } from '../../formats/durable-file.ts'
import { serviceSocket } from '../../formats/layout.ts'
import { type PidFile, removePidFile, serviceFiles, writePidFile } from '../../formats/pid-file.ts'
import { assertNoRestoreMark } from '../../formats/restore-mark.ts'
import { bootId, startTicksOf } from '../../wire/process-identity.ts'
import { prepareSocketFolder } from '../../wire/socket-path.ts'
import { openLog, type ServiceLog } from './log.ts'
import { takeServiceLock } from './service-lock.ts'

/** What a service's body is given. */
export type ServiceContext = {
  readonly domain: Domain
  readonly server: ServerConfig
  readonly service: ServiceConfig
  readonly socket: string
  readonly log: ServiceLog
  /** Ends the service in order, once whatever is being answered has been answered. */
  requestStop(): void
}

/** A service's body: starts it and resolves once it serves; `stop` ends it in order. */
export type ServiceBody = (context: ServiceContext) => Promise<{ stop(): Promise<void> }>

/** Exit codes of a service process: ended in order, gave up at its start, fell over. */
const endedInOrder = 0
const gaveUp = 1
const fellOver = 70

/**
 * Runs one service in this process until SIGTERM, SIGINT or its `stop` request. Its pid file stands from before the start to
 * the orderly end, so that a file without its process tells of a crash. SIGHUP is ignored: a service outlives its terminal.
 */
export async function runService(
  domain: Domain,
  server: ServerConfig,
  service: ServiceConfig,
  body: ServiceBody,
): Promise<void> {
  process.on('SIGHUP', () => {})
  const files = serviceFiles(domain, server.host, service.id)
  for (const file of [files.pid, files.log]) makeFolderDurable(parentOf(file))
  const log = openLog(files.log, { host: server.host, service: service.id, pid: process.pid })
  const lock = takeServiceLock(files.lock)
  if (lock === null) {
    giveUp(log, toProblem(fail('service-already-running', { service: `${server.host}/${service.id}` })))
    return
  }
  const identity: PidFile = {
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? '',
    bootId: bootId(),
    startedAt: new Date().toISOString(),
    phase: 'starting',
    problem: null,
  }
  let stopping = false
  let running: { stop(): Promise<void> } | null = null

  const stop = async (reason: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.write('info', 'stopping', { reason })
    try {
      writePidFile(files.pid, { ...identity, phase: 'stopping' })
    } catch (error) {
      // Said for the eye only: a full disk must not keep a service from ending in order.
      log.write('warning', 'phase-not-recorded', { problem: toProblem(error) })
    }
    await running?.stop()
    removePidFile(files.pid)
    log.write('info', 'stopped')
    process.exit(endedInOrder)
  }
  const fall = (error: unknown): void => {
    log.write('error', 'crashed', { text: error instanceof Error ? error.stack : String(error) })
    process.exit(fellOver)
  }
  const end = (reason: string): void => {
    stop(reason).catch(fall)
  }
  process.on('uncaughtException', fall)
  process.on('unhandledRejection', fall)

  writePidFile(files.pid, identity)
  log.write('info', 'starting')
  let asked: string | null = null
  const onSignal = (signal: string): void => {
    asked = signal
    if (running !== null) end(signal)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  try {
    assertNoRestoreMark(domain.folders.state, server.host)
    prepareSocketFolder(domain.folders.sockets)
    const context: ServiceContext = {
      domain,
      server,
      service,
      socket: serviceSocket(domain, server.host, service.id),
      log,
      requestStop: () => setImmediate(() => end('request')),
    }
    running = await body(context)
  } catch (error) {
    const why = toProblem(error)
    writePidFile(files.pid, { ...identity, problem: why })
    if (why.code === 'internal') log.write('error', 'internal', { text: error instanceof Error ? error.stack : '' })
    giveUp(log, why)
    return
  }
  writePidFile(files.pid, { ...identity, phase: 'running' })
  log.write('info', 'started')
  if (asked !== null) end(asked)
}

function giveUp(log: ServiceLog, why: Problem): void {
  log.write('error', 'gave-up', { problem: why })
  process.exit(gaveUp)
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
