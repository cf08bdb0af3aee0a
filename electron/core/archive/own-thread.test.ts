import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startOwnThread } from './own-thread.ts'
import { createReaderPool } from './reader-pool.ts'
import { threadReader } from './reader-thread.ts'
import { newRooms } from './rooms.ts'
import { archiveKit } from './testing/archive-kit.ts'

// Broken by: a thread that is ended while it loads machine code, which takes the whole process with it.
const kit = archiveKit()
const folder = mkdtempSync(join(tmpdir(), 'unt-thread-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a thread that is ended at once has loaded what it loads before it is gone', async () => {
  const path = join(folder, 'slow.cjs')
  writeFileSync(
    path,
    `const { parentPort, workerData } = require('node:worker_threads')
     const until = Date.now() + 300
     while (Date.now() < until) {}
     Atomics.store(workerData, 0, 1)
     parentPort.postMessage({ kind: 'loaded' })
     setInterval(() => {}, 1000)`,
  )
  const loaded = new Int32Array(new SharedArrayBuffer(4))
  await startOwnThread(path, { workerData: loaded }, () => undefined).end()
  expect(Atomics.load(loaded, 0)).toBe(1)
})

test('a thread that dies before it has loaded anything is ended, too', async () => {
  const path = join(folder, 'dead.cjs')
  writeFileSync(path, 'process.exit(3)')
  await startOwnThread(path, {}, () => undefined).end()
})

test('readers are ended at once, and those that come after them read', async () => {
  for (let times = 0; times < 20; times += 1) {
    const pool = createReaderPool(kit.builtFile('archive-reader'), 3)
    pool.expectMuch()
    await pool.close()
  }
  const pool = createReaderPool(kit.builtFile('archive-reader'), 3)
  pool.expectMuch()
  expect((await pool.list(Buffer.from('/etc'))).records.length).toBeGreaterThan(0)
  await pool.close()
})

// Broken by: a message with a view, which carries all the memory that the view looks into.
test('a request carries no byte more than it means, and takes nothing from its asker', async () => {
  const path = join(folder, 'weighs.cjs')
  writeFileSync(
    path,
    `const { parentPort } = require('node:worker_threads')
     parentPort.postMessage({ kind: 'loaded' })
     parentPort.on('message', ({ path }) => {
       const text = path.length + ' of ' + path.buffer.byteLength
       parentPort.postMessage({ kind: 'failed', failure: { code: 'internal', text } })
     })`,
  )
  const start = { memory: newRooms(1), listings: newRooms(1), spare: 0, stop: new SharedArrayBuffer(4) }
  const reader = threadReader(path, start, () => undefined)
  const listing = Buffer.alloc(1_000_000, 'x')
  const asked = reader.ask({ kind: 'list', path: listing.subarray(500, 510), rest: null, room: 0 })
  await expect(asked).rejects.toThrow('10 of 10')
  expect(listing.length).toBe(1_000_000)
  await reader.end()
})
