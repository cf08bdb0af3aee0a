import type { ServiceKind } from '../../shared/model/service.ts'
import type { ServiceBody } from './process/run-service.ts'

/** What runs in the process of each kind of service, which loads no other kind. */
export const serviceBodies: Readonly<Record<ServiceKind, () => Promise<ServiceBody>>> = {
  'object-server': async () => (await import('./object-server/body.ts')).objectServer,
  'address-service': async () => (await import('./address-service/body.ts')).addressService,
  server: async () => (await import('./mail-server/body.ts')).mailServer,
  dependent: async () => (await import('./dependent/body.ts')).dependentService,
}
