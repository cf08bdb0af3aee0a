import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** Below the range from which systems give out ports of their own accord, which may take one while its service is down. */
const lowest = 20_000
const highest = 32_000

/** `count` TCP ports of loopback that nobody listens on now. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = []
  const ports: number[] = []
  for (let tried = 0; ports.length < count && tried < highest - lowest; tried += 1) {
    const port = randomInt(lowest, highest)
    const server = await tryListen(port)
    if (server === null) continue
    held.push(server)
    ports.push(port)
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  if (ports.length < count) throw new Error('no free port on loopback')
  return ports
}

function tryListen(port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
