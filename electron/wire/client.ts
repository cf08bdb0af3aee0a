import { connect, type Socket } from 'node:net'
import { ProblemError, problemSchema } from '../../shared/model/problem.ts'
import { encodeFrame, readFrames } from './frame.ts'
import type { InputOf, Operations, OutputOf } from './operation.ts'
import { assertSocketPath } from './socket-path.ts'

/** Why a request has no answer. `sent` tells whether the service may have carried it out all the same. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly reason: 'unreachable' | 'lost' | 'timeout'
  readonly sent: boolean

  constructor(reason: 'unreachable' | 'lost' | 'timeout', sent: boolean, path: string, cause?: unknown) {
    super(`${reason}: ${path}`, { cause })
    this.reason = reason
    this.sent = sent
  }
}

export type WireClient<T extends Operations> = {
  /**
   * Asks once. Throws the service's own problem as a `ProblemError`, or a `WireError`. Never asks again by itself: only the
   * caller knows whether that is safe.
   */
  call<K extends keyof T & string>(op: K, input: InputOf<T[K]>, timeoutMs?: number): Promise<OutputOf<T[K]>>
  /** Ends the connection; what still waits is lost. */
  close(): void
}

type Waiting = { resolve(value: unknown): void; reject(error: Error): void; timer: NodeJS.Timeout }

type Options = {
  /** For calls that name none. */
  readonly timeoutMs: number
  /** First request on every new connection, before any other; its failure fails the call that needed the connection. */
  readonly greet?: (ask: (op: string, input: object) => Promise<unknown>) => Promise<unknown>
}

/**
 * A client of one service. Connects at the first call and again after the service was gone, and keeps the connection in
 * between. Throws `socket-path-too-long` at once.
 */
export function createWireClient<T extends Operations>(path: string, operations: T, options: Options): WireClient<T> {
  assertSocketPath(path)
  let current: Promise<Link> | null = null
  let closed = false

  const link = (): Promise<Link> => {
    if (closed) return Promise.reject(new WireError('unreachable', false, path))
    if (current !== null) return current
    const made = open(path, () => {
      if (current === made) current = null
    }).then(async (opened) => {
      try {
        await options.greet?.((op, input) => opened.ask(op, input, options.timeoutMs))
      } catch (error) {
        opened.end()
        throw error instanceof WireError ? new WireError(error.reason, false, path, error) : error
      }
      return opened
    })
    made.catch(() => {
      if (current === made) current = null
    })
    current = made
    return made
  }

  return {
    call: async (op, input, timeoutMs = options.timeoutMs) => {
      const opened = await link()
      const value = await opened.ask(op, input, timeoutMs)
      const operation = operations[op]
      if (operation === undefined) throw new Error(`no operation ${op}`)
      return operation.output.parse(value) as never
    },
    close: () => {
      closed = true
      current?.then(
        (opened) => opened.end(),
        () => {},
      )
      current = null
    },
  }
}

type Link = { ask(op: string, input: object, timeoutMs: number): Promise<unknown>; end(): void }

function open(path: string, onGone: () => void): Promise<Link> {
  return new Promise((resolve, reject) => {
    const waiting = new Map<number, Waiting>()
    let last = 0
    let connected = false
    const socket: Socket = connect(path)
    let failure: Error | undefined

    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => {
      onGone()
      if (!connected) reject(new WireError('unreachable', false, path, failure))
      for (const entry of waiting.values()) {
        clearTimeout(entry.timer)
        entry.reject(new WireError('lost', true, path, failure))
      }
      waiting.clear()
    })
    readFrames(
      socket,
      (message) => settle(waiting, message),
      () => socket.destroy(),
    )

    const ask = (op: string, input: object, timeoutMs: number): Promise<unknown> =>
      new Promise((resolveAsk, rejectAsk) => {
        if (socket.destroyed || !socket.writable) {
          rejectAsk(new WireError('unreachable', false, path))
          return
        }
        last += 1
        const id = last
        const line = encodeFrame({ ...input, id, op })
        const timer = setTimeout(() => {
          waiting.delete(id)
          rejectAsk(new WireError('timeout', true, path))
        }, timeoutMs)
        waiting.set(id, { resolve: resolveAsk, reject: rejectAsk, timer })
        socket.write(line)
      })

    socket.once('connect', () => {
      connected = true
      resolve({ ask, end: () => socket.destroy() })
    })
  })
}

function settle(waiting: Map<number, Waiting>, message: Record<string, unknown>): void {
  const entry = waiting.get(message.id as number)
  if (entry === undefined) return
  waiting.delete(message.id as number)
  clearTimeout(entry.timer)
  if (message.ok === true) {
    entry.resolve(message.value)
    return
  }
  const given = problemSchema.safeParse(message.problem)
  entry.reject(given.success ? new ProblemError(given.data) : new Error('an answer that is neither value nor problem'))
}
