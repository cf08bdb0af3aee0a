import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cutTornTail, openAppender } from './journal-file.ts'
import { encodeRecord, readRecords } from './journal-record.ts'
import { problemOf, sampleRecords, withFolder } from './testing/sample.ts'

const encoded = (count: number, from = 1) => sampleRecords(count, from).map(encodeRecord)

test('a torn tail is cut once, and only that', () =>
  withFolder((folder) => {
    const file = join(folder, 'a.journal')
    writeFileSync(file, Buffer.concat(encoded(2)))
    expect(cutTornTail(file)).toBe(0)
    appendFileSync(file, encoded(1, 3)[0]?.subarray(0, 17) ?? '')
    expect(cutTornTail(file)).toBe(17)
    expect(cutTornTail(file)).toBe(0)
    expect(readFileSync(file)).toEqual(Buffer.concat(encoded(2)))
    expect(cutTornTail(join(folder, 'none'))).toBe(0)
  }))

test('a damaged journal is not cut', () =>
  withFolder((folder) => {
    const file = join(folder, 'a.journal')
    const damaged = Buffer.concat([...encoded(1), Buffer.from('damage\n'), ...encoded(1, 2), Buffer.from('{"torn')])
    writeFileSync(file, damaged)
    expect(problemOf(() => cutTornTail(file)).code).toBe('journal-corrupt')
    expect(readFileSync(file)).toEqual(damaged)
  }))

test('the appender creates folder and file for their owner alone, and goes on where a journal ends', () =>
  withFolder((folder) => {
    const file = join(folder, 'nxsdir', 'journal', 'a.journal')
    for (const from of [1, 3]) {
      const appender = openAppender(file)
      appender.append(encoded(2, from))
      appender.close()
    }
    expect([...readRecords(file)].map((record) => record.number)).toEqual([1, 2, 3, 4])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'nxsdir')).mode & 0o777).toBe(0o700)
  }))

test('the appender refuses to write behind an interrupted record', () =>
  withFolder((folder) => {
    const file = join(folder, 'a.journal')
    writeFileSync(file, '{"torn')
    expect(problemOf(() => openAppender(file)).code).toBe('journal-failed')
  }))

test('after a failed append nothing more is written', () => {
  const appender = openAppender('/dev/full')
  expect(problemOf(() => appender.append(encoded(1)))).toMatchObject({
    code: 'journal-failed',
    params: { file: '/dev/full' },
  })
  expect(problemOf(() => appender.append(encoded(1, 2)))).toMatchObject({
    params: { text: 'an earlier append failed' },
  })
  appender.close()
})

test('a closed appender writes nothing, whoever owns its descriptor now', () =>
  withFolder((folder) => {
    const appender = openAppender(join(folder, 'a.journal'))
    appender.close()
    const other = openAppender(join(folder, 'b.journal'))
    expect(problemOf(() => appender.append(encoded(1)))).toMatchObject({ params: { text: 'it is closed' } })
    appender.close()
    other.append(encoded(1))
    other.close()
    expect([...readRecords(join(folder, 'b.journal'))]).toHaveLength(1)
  }))
