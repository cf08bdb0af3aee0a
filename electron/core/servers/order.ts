import type { ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import type { ServiceKind } from '../../../shared/model/service.ts'
import { serviceKinds } from '../../../shared/model/service.ts'

/** Services in the order in which they start: Object Server, address service, server, dependents (manual 15.2.3). */
export function startOrder(server: ServerConfig): readonly ServiceConfig[] {
  return [...server.services].sort((a, b) => serviceKinds.indexOf(a.kind) - serviceKinds.indexOf(b.kind))
}

/** The reverse: dependents, server, address service, Object Server. */
export function stopOrder(server: ServerConfig): readonly ServiceConfig[] {
  return [...startOrder(server)].reverse()
}

/** Only the services of some kinds, in the order given. */
export function ofKinds(services: readonly ServiceConfig[], kinds: readonly ServiceKind[]): readonly ServiceConfig[] {
  return services.filter((service) => kinds.includes(service.kind))
}

/** Starting one service brings up what it needs first; stopping one first ends what needs it. */
export function withNeeded(services: readonly ServiceConfig[], serviceId: string): readonly ServiceConfig[] {
  const index = services.findIndex((service) => service.id === serviceId)
  const chosen = services[index]
  if (!chosen) return []
  return [...services.slice(0, index).filter((service) => service.kind !== chosen.kind), chosen]
}
