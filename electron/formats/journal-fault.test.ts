import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openAppender } from './journal-file.ts'
import { encodeRecord } from './journal-record.ts'
import { problemOf, sampleRecords, withFolder } from './testing/sample.ts'

let failing = 0
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const fsyncSync = (fd: number): void => {
    if (failing > 0) {
      failing -= 1
      throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })
    }
    real.fsyncSync(fd)
  }
  return { ...real, fsyncSync }
})

const encoded = (count: number, from = 1) => sampleRecords(count, from).map(encodeRecord)

test('records whose sync failed are taken back, so that nobody takes them for durable', () =>
  withFolder((folder) => {
    const file = join(folder, 'a.journal')
    const first = openAppender(file)
    first.append(encoded(2))
    failing = 1
    expect(problemOf(() => first.append(encoded(2, 3))).code).toBe('journal-failed')
    expect(readFileSync(file)).toEqual(Buffer.concat(encoded(2)))
    first.close()
    const second = openAppender(file)
    second.append(encoded(2, 3))
    second.close()
    expect(readFileSync(file)).toEqual(Buffer.concat(encoded(4)))
  }))

test('a failure that cannot be taken back is told with both reasons', () =>
  withFolder((folder) => {
    const appender = openAppender(join(folder, 'a.journal'))
    failing = 2
    expect(problemOf(() => appender.append(encoded(1))).params.text).toMatch(/EIO.*; .*EIO/)
    appender.close()
  }))
