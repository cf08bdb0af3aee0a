import type { ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { ServerStatus } from '../../../shared/model/server.ts'
import { assertJournalOutside } from '../../formats/targets.ts'
import type { Engine } from '../engine.ts'
import { startOrder, stopOrder, withNeeded } from './order.ts'

/** Called before each service that is worked on. */
export type OnService = (service: ServiceConfig) => void

/** The live state of every service of every server, asked at the same time. Never throws for a service that is down. */
export async function serverStatuses(engine: Engine): Promise<readonly ServerStatus[]> {
  return Promise.all(engine.domain.servers.map((server) => serverStatus(engine, server)))
}

/** The live state of one server, services in start order. */
export async function serverStatus(engine: Engine, server: ServerConfig): Promise<ServerStatus> {
  const services = await Promise.all(
    startOrder(server).map((service) => engine.driver(server.host, service.id).status()),
  )
  return { name: server.name, host: server.host, site: server.site, roles: server.roles, services }
}

/** Starts services one after the other, each with its proof. For runs, which hold the run lock themselves. */
async function startServices(
  engine: Engine,
  server: ServerConfig,
  services: readonly ServiceConfig[],
  onService?: OnService,
  signal?: AbortSignal,
): Promise<void> {
  for (const service of services) {
    onService?.(service)
    await engine.driver(server.host, service.id).start(signal)
  }
}

/** Stops services one after the other, each with its proof. */
export async function stopServices(
  engine: Engine,
  server: ServerConfig,
  services: readonly ServiceConfig[],
  onService?: OnService,
  signal?: AbortSignal,
): Promise<void> {
  for (const service of services) {
    if (signal?.aborted) throw signal.reason
    onService?.(service)
    await engine.driver(server.host, service.id).stop(signal)
  }
}

/**
 * An operator's start of a server, or of one service with what it needs. Refused (`run-in-progress`,
 * `run-unfinished`) while a run's record stands at that server (design §5), and while its settings would spoil a
 * restore (`place-in-target`, 78).
 */
export async function startServer(
  engine: Engine,
  server: ServerConfig,
  serviceId: string | null,
  onService?: OnService,
  signal?: AbortSignal,
): Promise<void> {
  assertJournalOutside(server)
  const services = chosen(server, startOrder(server), serviceId)
  await attended(engine, [server], () => startServices(engine, server, services, onService, signal))
}

/** An operator's stop of a server, or of one service with what needs it first. Refused like `startServer`. */
export async function stopServer(
  engine: Engine,
  server: ServerConfig,
  serviceId: string | null,
  onService?: OnService,
  signal?: AbortSignal,
): Promise<void> {
  assertJournalOutside(server)
  const services = chosen(server, stopOrder(server), serviceId)
  await attended(engine, [server], () => stopServices(engine, server, services, onService, signal))
}

/** Works on services by hand while no run can begin at their servers; throws as `startServer` where one stands. */
export async function attended<Result>(
  engine: Engine,
  servers: readonly ServerConfig[],
  work: () => Promise<Result>,
): Promise<Result> {
  const attendance = engine.runLock.attend(servers.map((server) => server.host))
  try {
    return await work()
  } finally {
    attendance.release()
  }
}

function chosen(server: ServerConfig, order: readonly ServiceConfig[], serviceId: string | null) {
  if (serviceId === null) return order
  const services = withNeeded(order, serviceId)
  if (services.length === 0) {
    const ids = server.services.map((service) => service.id).join(', ')
    throw fail('service-unknown', { service: serviceId, host: server.host, services: ids })
  }
  return services
}
