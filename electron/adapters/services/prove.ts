import { connect } from 'node:net'
import { assertNever } from '../../../shared/model/assert-never.ts'
import type { ServiceConfig } from '../../../shared/model/domain.ts'
import { addressOperations } from '../../wire/address-operations.ts'
import { basicOperations } from '../../wire/basic-operations.ts'
import { createWireClient, type WireClient } from '../../wire/client.ts'
import { nameDatabaseArea, positionQuery } from '../../wire/name-database.ts'
import { objectOperations } from '../../wire/object-operations.ts'
import type { Operations } from '../../wire/operation.ts'
import { askRecipient } from './smtp-probe.ts'

/** Whoever answers on the service's socket, by pid. Throws when nobody does within the time. */
export async function pingService(socket: string, timeoutMs: number): Promise<number> {
  return await withClient(socket, basicOperations, timeoutMs, async (client) => (await client.call('ping', {})).pid)
}

/**
 * Asks the service for what it is there for, once: a query of the Object Server, a search of the address service, a recipient
 * of the server (an SMTP 250 or 550), an answer of a dependent service. Throws when it does not serve.
 */
export async function proveService(service: ServiceConfig, socket: string, timeoutMs: number): Promise<void> {
  switch (service.kind) {
    case 'object-server':
      await withClient(socket, objectOperations, timeoutMs, (client) =>
        client.call('query', { area: nameDatabaseArea, sql: positionQuery }),
      )
      return
    case 'address-service':
      await withClient(socket, addressOperations, timeoutMs, (client) =>
        client.call('search', { kind: 'user', limit: 1 }),
      )
      return
    case 'server':
      await pingService(socket, timeoutMs)
      if (service.port !== null) await askRecipient(service.port, timeoutMs)
      return
    case 'dependent':
      await pingService(socket, timeoutMs)
      return
    default:
      assertNever(service.kind)
  }
}

/** Ends an Object Server by its own request, so that it can refuse while it is used. Throws `object-server-in-use`. */
export async function askToStop(socket: string, timeoutMs: number): Promise<void> {
  await withClient(socket, objectOperations, timeoutMs, (client) => client.call('stop', {}))
}

async function withClient<T extends Operations, Result>(
  socket: string,
  operations: T,
  timeoutMs: number,
  work: (client: WireClient<T>) => Promise<Result>,
): Promise<Result> {
  const client = createWireClient(socket, operations, { timeoutMs })
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

/** Whether anyone accepts a connection: on a Unix socket's path, or on a port of loopback. */
export function isListening(where: string | number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof where === 'string' ? connect(where) : connect({ port: where, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
