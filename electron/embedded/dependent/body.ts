import { connect } from 'node:net'
import { join } from 'node:path'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { serverRoot } from '../../formats/layout.ts'
import { basicOperations } from '../../wire/basic-operations.ts'
import { serveSocket } from '../../wire/server.ts'
import type { ServiceBody } from '../process/run-service.ts'

const heartbeatMs = 60_000
const greetingTimeoutMs = 10_000

/**
 * A dependent service, such as Scheduler: needs the server (mail) of its machine to start, and keeps a file of its own under
 * `isp` that says since when it works and when it was last seen.
 */
export const dependentService: ServiceBody = async ({ server, service, socket, log, requestStop }) => {
  const port = server.services.find((one) => one.kind === 'server')?.port ?? null
  if (port !== null) await greet(port)
  const folder = join(serverRoot(server), 'isp')
  makeFolderDurable(folder)
  const since = new Date().toISOString()
  const record = (state: 'working' | 'ended'): void => {
    const seen = new Date().toISOString()
    writeFileDurable(join(folder, `${service.id}.json`), `${JSON.stringify({ state, since, seen })}\n`)
  }
  record('working')
  const heartbeat = setInterval(() => {
    try {
      record('working')
    } catch (error) {
      log.write('warning', 'heartbeat-not-recorded', { problem: toProblem(error) })
    }
  }, heartbeatMs)
  const wire = await serveSocket(
    socket,
    basicOperations,
    {
      ping: async () => ({ pid: process.pid }),
      stop: async () => {
        requestStop()
        return null
      },
    },
    (event, details) => log.write('warning', event, details),
  )
  return {
    stop: async () => {
      clearInterval(heartbeat)
      await wire.close()
      record('ended')
    },
  }
}

/** Resolves once the server says its 220. */
function greet(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const refuse = (cause?: unknown): void => {
      socket.destroy()
      reject(fail('server-not-answering', { port }, cause))
    }
    socket.setTimeout(greetingTimeoutMs, () => refuse())
    socket.once('error', refuse)
    socket.once('end', () => refuse())
    socket.once('data', (greeting: Buffer) => {
      if (!greeting.toString('latin1').startsWith('220')) {
        refuse()
        return
      }
      socket.end('QUIT\r\n')
      resolve()
    })
  })
}
