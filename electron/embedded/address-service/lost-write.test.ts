import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServiceDriver } from '../../adapters/services/driver.ts'
import { type JournalPlace, journalPlaces, listSegments, recoverSealing } from '../../formats/journal-folder.ts'
import { readWhatIsWhole } from '../../formats/journal-record.ts'
import { nameDatabaseFile } from '../testing/databases.ts'
import { type Disk, rememberDisk } from '../testing/disk.ts'
import { makeTestDomain, operator, type TestDomain, until } from '../testing/sample.ts'
import { parseTrace, type TracedCall } from '../testing/trace.ts'

const host = 'hq-mas'
const traced = ['object-server', 'address-service'] as const

function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * What a power failure leaves: after every single call that changes a file, the disk is rebuilt from what was synced by then, and
 * every registration answered by then has to be in the database and in every journal.
 */
describe.skipIf(!hasStrace())('every prefix of what a registration writes, keeping only what was synced', () => {
  let test: TestDomain
  let places: readonly JournalPlace[]
  let database: string
  let makeDisk: () => Disk
  const traceFile = (id: string) => join(test.root, `${id}.trace`)
  beforeAll(async () => {
    test = await makeTestDomain({ users: 3, mails: 0 })
    places = journalPlaces(test.domain)
    database = nameDatabaseFile(test, host)
    const folders = new Set([dirname(database), ...places.flatMap((one) => [one.folder, dirname(one.sealedFolder)])])
    for (const folder of folders) mkdirSync(folder, { recursive: true })
    makeDisk = rememberDisk([...folders])
    for (const id of traced) {
      const execPath = join(test.root, `${id}.sh`)
      const calls = 'openat,open,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename,mkdir,rmdir'
      const command = `strace -D -f -ttt -T -yy -xx -s 200000 -e trace=${calls} -o '${traceFile(id)}'`
      writeFileSync(execPath, `#!/bin/sh\nexec ${command} '${process.execPath}' "$@"\n`, { mode: 0o700 })
      const launch = { ...test.launch, execPath }
      await createServiceDriver(test.domain, test.server(host), test.service(host, id), launch).start()
    }
  }, 120_000)
  afterAll(() => test?.remove())

  /** As the trace shows text: byte by byte. */
  const encoded = (text: string) =>
    [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

  /** The ids that a rebuilt tree holds: in the database, and in each journal. */
  const holds = (folder: string) => {
    const opened = new Database(join(folder, database))
    const rows = opened.prepare("SELECT id FROM entity WHERE kind = 'user'").all([]) as { id: string }[]
    const [check] = opened.prepare('PRAGMA integrity_check').all([]) as { integrity_check: string }[]
    opened.close()
    const journals = places.map((place): ReadonlySet<string> => {
      const there = { ...place, folder: join(folder, place.folder), file: join(folder, place.file) }
      const moved: JournalPlace = { ...there, sealedFolder: join(folder, place.sealedFolder) }
      recoverSealing(moved)
      const sealed = listSegments(moved).map(({ id }) => join(moved.sealedFolder, String(id), 'journal'))
      const files = [...sealed.map((one) => join(one, place.file.slice(dirname(place.file).length + 1))), moved.file]
      const ids = new Set<string>()
      for (const file of files) {
        for (const found of readWhatIsWhole(file)) {
          if ('corrupt' in found) throw new Error(`${file}: ${found.corrupt.text}`)
          ids.add(found.record.after?.id ?? '')
        }
      }
      return ids
    })
    return { database: new Set(rows.map(({ id }) => id)), sound: check?.integrity_check, journals }
  }

  it('holds every registration that was answered', async () => {
    const { names, lock, journals } = test.directory(host)
    const ids: string[] = []
    const register = (id: string) => {
      ids.push(id)
      return names.register({ kind: 'user', name: `失わない ${id}`, id }, 'gmadmin')
    }
    for (const id of ['lost1', 'lost2', 'lost3']) await register(id)
    await Promise.all(['both1', 'both2', 'both3', 'both4'].map(register))
    const { token } = await lock.acquire(operator, 10_000)
    await journals.seal(host, token, operator)
    await journals.seal('tk-ml1', token, operator)
    await lock.release(token)
    for (const id of ['after1', 'after2']) await register(id)

    const calls = (): readonly TracedCall[] => traced.flatMap((id) => parseTrace(readFileSync(traceFile(id), 'utf8')))
    const answer = (id: string) => encoded(`"ok":true,"value":{"entity":{"kind":"user","id":"${id}"`)
    const isAnswer = (call: TracedCall, id: string) => call.name === 'write' && call.text.includes(answer(id))
    await until(() => calls().some((call) => isAnswer(call, 'after2')))
    const all = [...calls()].sort((one, other) => one.ended - other.ended)
    const waiting = new Map(ids.map((id) => [id, all.find((call) => isAnswer(call, id))?.begun ?? 0]))
    expect([...waiting.values()].every((time) => time > 0)).toBe(true)

    const whole = look(all, waiting, true)
    expect(whole.lost).toEqual([])
    expect(whole.prefixes).toBeGreaterThan(100)
    // The rebuilt disks are no copies of the finished one: what was synced but not yet answered shows up in between.
    expect(whole.early).toBeGreaterThan(0)

    // The check itself: with one kind of sync taken out it has to miss something.
    const [place] = places
    for (const target of [place?.file ?? '', database, dirname(place?.sealedFolder ?? '')]) {
      const isIts = ({ name, text }: TracedCall) => name.endsWith('sync') && text.includes(`<${encoded(target)}`)
      expect(
        look(
          all.filter((call) => !isIts(call)),
          waiting,
          false,
        ).lost,
        target,
      ).not.toEqual([])
    }
  }, 120_000)

  /** Goes through the calls; `every`: after each that changes the disk, else only where something was answered. */
  const look = (calls: readonly TracedCall[], waiting: ReadonlyMap<string, number>, every: boolean) => {
    const disk = makeDisk()
    const answered = new Set<string>()
    const lost: string[] = []
    let prefixes = 0
    let early = 0
    const check = (before: TracedCall): void => {
      const folder = join(test.root, 'prefix')
      rmSync(folder, { recursive: true, force: true })
      disk.leave(folder)
      prefixes += 1
      try {
        const found = holds(folder)
        if (found.sound !== 'ok') lost.push(`database before ${before.name}`)
        for (const id of answered) {
          for (const place of [found.database, ...found.journals]) {
            if (!place.has(id)) lost.push(`${id} before ${before.name} ${before.target}`)
          }
        }
        early += [...found.database].filter((id) => waiting.has(id) && !answered.has(id)).length
      } catch (error) {
        lost.push(String(error))
      }
    }
    for (const call of calls) {
      // What was answered before this call ended must stand on the disk without it.
      const fresh = [...waiting].filter(([id, time]) => time < call.ended && !answered.has(id))
      for (const [id] of fresh) answered.add(id)
      if (fresh.length > 0) check(call)
      if (disk.apply(call) && every) check(call)
    }
    return { lost, prefixes, early }
  }
})
