import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * Does `work` while no other process of this user does the same `name` in this checkout. The lock is a listening
 * socket: it ends with its process however that ends, and a waiting one is told by its connection closing.
 */
export async function withLock(name, work, onWait = () => {}) {
  const address = addressOf(name)
  for (;;) {
    const release = await listen(address)
    if (release) {
      try {
        return await work()
      } finally {
        release()
      }
    }
    onWait()
    await holderGone(address)
  }
}

function addressOf(name) {
  const key = createHash('sha256').update(`${userInfo().uid}\0${root}\0${name}`).digest('hex').slice(0, 24)
  if (process.platform === 'linux') return `\0untenseki-${key}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\untenseki-${key}`
  return join(tmpdir(), `untenseki-${key}`)
}

function listen(address) {
  return new Promise((resolve, reject) => {
    const waiting = new Set()
    const server = createServer((socket) => {
      waiting.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => waiting.delete(socket))
    })
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.listen(address, () =>
      resolve(() => {
        server.close()
        for (const socket of waiting) socket.destroy()
      }),
    )
  })
}

function holderGone(address) {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.on('error', (error) => {
      // A socket file that nobody listens on any more is left only where the system has no abstract sockets.
      if (error.code === 'ECONNREFUSED' && address.startsWith('/')) unlinkSync(address)
    })
    socket.once('close', resolve)
    socket.resume()
  })
}
