import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServiceDriver } from '../../adapters/services/driver.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { nameDatabaseArea } from '../../wire/name-database.ts'
import { makeTestDomain, type TestDomain, until } from '../testing/sample.ts'
import { answerTime, checkSyncs, parseTrace, type TracedCall } from '../testing/trace.ts'

/** Debian package `strace`; without it this file is skipped, visibly. */
const strace = 'strace'

function hasStrace(): boolean {
  try {
    execFileSync(strace, ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A kill keeps the page cache, so only a trace of the system calls shows that every sync precedes the answer. */
describe.skipIf(!hasStrace())('syncs of a registration, traced', () => {
  let test: TestDomain
  const traced = ['object-server', 'address-service'] as const
  const traceFile = (id: string) => join(test.root, `${id}.trace`)
  beforeAll(async () => {
    test = await makeTestDomain({ users: 5, mails: 0 })
    for (const id of traced) {
      const execPath = join(test.root, `${id}.sh`)
      const calls = 'write,writev,pwrite64,pwritev,fsync,fdatasync,unlink'
      const command = `${strace} -D -f -ttt -T -yy -s 300 -e trace=${calls} -o '${traceFile(id)}'`
      writeFileSync(execPath, `#!/bin/sh\nexec ${command} '${process.execPath}' "$@"\n`, { mode: 0o700 })
      const launch = { ...test.launch, execPath }
      await createServiceDriver(test.domain, test.server('hq-mas'), test.service('hq-mas', id), launch).start()
    }
  }, 120_000)
  afterAll(() => test?.remove())

  it('precede the answer, every one of them', async () => {
    const { names } = test.directory('hq-mas')
    await names.register({ kind: 'user', name: 'first', id: 'traced0' }, 'gmadmin')
    const ids = ['traced1', 'traced2', 'traced3']
    for (const id of ids) await names.register({ kind: 'user', name: 'traced', id }, 'gmadmin')
    const service = (): readonly TracedCall[] => parseTrace(readFileSync(traceFile('address-service'), 'utf8'))
    const answer = (id: string) => `"ok\\":true,\\"value\\":{\\"entity\\":{\\"kind\\":\\"user\\",\\"id\\":\\"${id}\\"`
    await until(() => answerTime(service(), answer('traced3')) !== null)
    const calls = [...service(), ...parseTrace(readFileSync(traceFile('object-server'), 'utf8'))]
    calls.sort((one, other) => one.begun - other.begun)

    const area = readAreas(test.server('hq-mas')).find((one) => one.name === nameDatabaseArea)
    const database = area?.files[0]?.path ?? ''
    const durable = { database, journals: journalPlaces(test.domain).map((place) => place.file) }
    expect(durable.journals.length).toBe(3)
    for (const [index, id] of ids.entries()) {
      const from = answerTime(calls, answer(`traced${index}`)) ?? 0
      const answered = answerTime(calls, answer(id)) ?? 0
      expect(answered).toBeGreaterThan(from)
      expect(checkSyncs(calls, durable, from, answered)).toEqual([])

      // The check itself: with any kind of sync taken out of the trace it has to complain.
      const syncs = calls.filter((call) => call.name.endsWith('sync') && call.begun > from && call.ended < answered)
      const targets = new Set(syncs.map((call) => call.target))
      const folder = database.slice(0, database.lastIndexOf('/'))
      expect([...targets].sort()).toEqual([...durable.journals, database, `${database}-journal`, folder].sort())
      for (const target of targets) {
        const doctored = calls.filter((call) => !(syncs.includes(call) && call.target === target))
        expect(checkSyncs(doctored, durable, from, answered)).not.toEqual([])
      }
    }
  }, 120_000)
})
