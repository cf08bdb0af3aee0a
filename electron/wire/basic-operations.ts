import { z } from '../../shared/zod.ts'
import { defineOperations } from './operation.ts'

/** What every embedded service answers on its socket, whatever else it does. */
export const basicOperations = defineOperations({
  /** Proof of life. */
  ping: { input: z.object({}), output: z.object({ pid: z.number() }) },
  /** Ends the service in order; answered before it ends. */
  stop: { input: z.object({}), output: z.null() },
})
