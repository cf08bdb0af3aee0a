import type { ServiceKind } from '../../shared/model/service.ts'
import { addressService } from './address-service/body.ts'
import { dependentService } from './dependent/body.ts'
import { mailServer } from './mail-server/body.ts'
import { objectServer } from './object-server/body.ts'
import type { ServiceBody } from './process/run-service.ts'

/** What runs in the process of each kind of service. */
export const serviceBodies: Readonly<Record<ServiceKind, ServiceBody>> = {
  'object-server': objectServer,
  'address-service': addressService,
  server: mailServer,
  dependent: dependentService,
}
