import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { fail, toProblem } from '../../shared/model/problem.ts'
import { encodeFrame, readFrames } from './frame.ts'
import type { Operations, OutputOf, ParsedInputOf } from './operation.ts'
import { assertSocketPath } from './socket-path.ts'

/** One client as a handler sees it. */
export type Connection = {
  /** Grows by one a connection of this process. */
  readonly id: number
  /** Called once when the client is gone. */
  onClose(listener: () => void): void
}

export type Handlers<T extends Operations> = {
  readonly [K in keyof T]: (input: ParsedInputOf<T[K]>, connection: Connection) => Promise<OutputOf<T[K]>>
}

export type WireServer = {
  /** Answers what was already asked and refuses what still comes (`service-stopping`); then closes every connection, at the latest after a second, and removes the socket. */
  close(): Promise<void>
}

/** How long a client may take to read its last answers once the service ends: one that hangs must not hold it up. */
const lastReadMs = 1_000

type Serving = { readonly operations: Operations; readonly handlers: Readonly<Record<string, unknown>> }

/**
 * Serves `operations` on a Unix socket: a request a line, answered in whatever order the handlers end. An unknown
 * operation or a wrong payload is answered with a problem and the connection is kept; garbage closes the connection.
 * A socket left over from a killed process is removed once it is proven that nobody listens on it.
 * Throws `socket-path-too-long` and `service-already-running`.
 */
export async function serveSocket<T extends Operations>(
  path: string,
  operations: T,
  handlers: Handlers<T>,
  log: (event: string, details: Record<string, unknown>) => void,
): Promise<WireServer> {
  assertSocketPath(path)
  await removeStaleSocket(path)
  const serving: Serving = { operations, handlers }
  const sockets = new Set<Socket>()
  const pending = new Set<Promise<void>>()
  let connections = 0
  let closing = false

  const server = createServer((socket) => {
    sockets.add(socket)
    connections += 1
    const connection: Connection = { id: connections, onClose: (listener) => void socket.once('close', listener) }
    socket.on('error', (error) => log('connection-error', { connection: connection.id, text: error.message }))
    socket.on('close', () => sockets.delete(socket))
    readFrames(
      socket,
      (message) => {
        const work = answer(serving, message, connection, socket, closing, log).finally(() => pending.delete(work))
        pending.add(work)
      },
      (reason) => {
        log('garbage', { connection: connection.id, reason })
        socket.destroy()
      },
    )
  })
  await listen(server, path)
  // A connection that cannot be accepted (too many open files, say) must not end the service for all others.
  server.on('error', (error) => log('not-accepted', { text: error.message }))
  chmodSync(path, 0o600)
  return {
    close: async () => {
      closing = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      while (pending.size > 0) await Promise.all(pending)
      for (const socket of sockets) socket.destroySoon()
      const patience = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, lastReadMs)
      await closed
      clearTimeout(patience)
    },
  }
}

async function answer(
  serving: Serving,
  message: Record<string, unknown>,
  connection: Connection,
  socket: Socket,
  closing: boolean,
  log: (event: string, details: Record<string, unknown>) => void,
): Promise<void> {
  const { id, op, ...payload } = message
  if (typeof id !== 'number') {
    log('garbage', { connection: connection.id, reason: 'no id' })
    socket.destroy()
    return
  }
  let reply: string
  try {
    if (closing) throw fail('service-stopping')
    reply = encodeFrame({ id, ok: true, value: (await perform(serving, op, payload, connection)) ?? null })
  } catch (error) {
    const given = toProblem(error)
    if (given.code === 'internal') log('internal', { op, text: error instanceof Error ? error.stack : String(error) })
    reply = encodeFrame({ id, ok: false, problem: given })
  }
  if (socket.writable) socket.write(reply)
}

async function perform(
  { operations, handlers }: Serving,
  op: unknown,
  payload: Record<string, unknown>,
  connection: Connection,
): Promise<unknown> {
  const operation = typeof op === 'string' && Object.hasOwn(operations, op) ? operations[op] : undefined
  if (operation === undefined) throw fail('operation-unknown', { operation: String(op) })
  const input = operation.input.safeParse(payload)
  if (!input.success) {
    const issue = input.error.issues[0]
    throw fail('request-invalid', {
      operation: String(op),
      field: issue?.path.join('.') ?? '',
      text: issue?.message ?? '',
    })
  }
  const handler = handlers[op as string] as (input: unknown, connection: Connection) => Promise<unknown>
  return await handler(input.data, connection)
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw fail('socket-not-a-socket', { path })
  const listening = await new Promise<boolean>((resolve, reject) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
  if (listening) throw fail('service-already-running', { service: path })
  rmSync(path, { force: true })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? fail('service-already-running', { service: path }, error) : error)
    })
    server.listen(path, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}
