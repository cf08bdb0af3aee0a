import type { Domain } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import { serviceSocket } from '../../formats/layout.ts'
import { type AddressOperations, addressOperations, type Maintenance } from '../../wire/address-operations.ts'
import { createWireClient, type WireClient, WireError } from '../../wire/client.ts'
import type { InputOf, OutputOf } from '../../wire/operation.ts'

/** Every server's address service, connected when it is first asked. */
export type AddressServices = {
  readonly master: string
  /** The hosts of the others, in the domain file's order. */
  readonly others: readonly string[]
  /** Throws `server-unknown`, `address-service-down`, `address-service-silent`. */
  ask<K extends keyof AddressOperations & string>(
    host: string,
    op: K,
    input: InputOf<AddressOperations[K]>,
  ): Promise<OutputOf<AddressOperations[K]>>
  close(): void
}

const timeoutMs = 10_000

export function connectAddressServices(domain: Domain): AddressServices {
  const clients = new Map<string, WireClient<AddressOperations>>()
  const clientOf = (host: string): WireClient<AddressOperations> => {
    const known = clients.get(host)
    if (known !== undefined) return known
    const server = domain.servers.find((one) => one.host === host)
    const hosts = domain.servers.map((one) => one.host).join(', ')
    if (server === undefined) throw fail('server-unknown', { host, hosts })
    const service = server.services.find((one) => one.kind === 'address-service')
    if (service === undefined) throw fail('service-unknown', { host, service: 'address-service', services: '-' })
    const made = createWireClient(serviceSocket(domain, host, service.id), addressOperations, { timeoutMs })
    clients.set(host, made)
    return made
  }
  const master = domain.servers.find((one) => one.roles.includes('master'))?.host ?? ''
  return {
    master,
    others: domain.servers.map((one) => one.host).filter((host) => host !== master),
    ask: async (host, op, input) => {
      try {
        return await clientOf(host).call(op, input)
      } catch (error) {
        if (!(error instanceof WireError)) throw error
        throw fail(error.sent ? 'address-service-silent' : 'address-service-down', { host }, error)
      }
    },
    close: () => {
      for (const client of clients.values()) client.close()
    },
  }
}

/**
 * Follows a job of the master's address service to its end. An abort of `signal` cancels it there, and its end is still
 * awaited. Throws what the job failed with, `maintenance-lost` when that service was restarted meanwhile.
 */
export async function followJob(
  { master, ask }: AddressServices,
  job: string,
  signal: AbortSignal | undefined,
  onProgress: (progress: NonNullable<Maintenance['progress']>) => void,
): Promise<Maintenance> {
  // A cancel that does not arrive, or comes too late, is told by the next poll.
  const cancel = (): void => void ask(master, 'maintenance.cancel', { job }).catch(() => null)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    for (let seen = -1; ; ) {
      const state = await ask(master, 'maintenance.poll', { job, seen })
      if (state.progress !== null && state.revision !== seen) onProgress(state.progress)
      seen = state.revision
      if (!state.running) return state
    }
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
