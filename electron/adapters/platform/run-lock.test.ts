import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Owner } from '../../../shared/model/owner.ts'
import { bundleChild, type Child, startChild } from '../../formats/testing/child.ts'
import { problemOf, withFolder } from '../../formats/testing/sample.ts'
import { createRunLock } from './run-lock.ts'

const owner: Owner = { operator: 'gmadmin', host: 'console1', pid: process.pid, kind: 'command' }
const other: Owner = { operator: '佐藤', host: 'console2', pid: process.pid, kind: 'console' }
const now = () => new Date('2026-11-22T02:00:14Z')
const since = '2026-11-22T02:00:14.000Z'
const lockIn = (stateFolder: string) => createRunLock({ stateFolder, now })

const childHead = `
  import fs from 'node:fs'
  import { createRunLock } from '@/electron/adapters/platform/run-lock.ts'
  const [stateFolder, hosts] = process.argv.slice(2)
  const lock = createRunLock({ stateFolder, now: () => new Date('${since}') })
  const owner = { operator: 'child', host: 'console1', pid: process.pid, kind: 'command' }
  const take = () => lock.acquire(hosts.split(','), owner, '20261122T020014Z-00' + String(process.pid).padStart(4, '0').slice(-4))`

/** A program that takes the lock, says `won` or the refusal's code, and holds what it won until it is killed. */
const holder = `${childHead}
  try {
    take()
    console.log('won')
    setTimeout(() => undefined, 60_000)
  } catch (error) {
    console.log(error.problem.code, error.problem.params.pid)
  }`

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.ended
}

test('a run excludes a second one at any of its servers until it is settled', () =>
  withFolder((folder) => {
    const lock = lockIn(folder)
    const held = lock.acquire(['b', 'a', 'b'], owner, 'r1')
    expect(held).toMatchObject({ runId: 'r1', hosts: ['a', 'b'] })
    expect(lock.inspect('a')).toEqual({ runId: 'r1', owner, live: true, since })
    const params = { host: 'b', operator: 'gmadmin', runHost: 'console1', pid: process.pid, runId: 'r1', since }
    const refusal = { code: 'run-in-progress', exitCode: 11, params }
    expect(problemOf(() => lock.acquire(['b', 'c'], other, 'r2'))).toMatchObject(refusal)
    expect(problemOf(() => lockIn(folder).assertFree(['c', 'b']))).toMatchObject(refusal)
    expect(problemOf(() => lock.adopt(['b'], other))).toMatchObject(refusal)
    expect(lock.inspect('c')).toBeNull()
    lock.assertFree(['c'])
    held.settle()
    held.settle()
    lock.assertFree(['a', 'b'])
    lock.acquire(['b', 'c'], other, 'r2').settle()
  }))

test('who works on services by hand keeps runs away, and runs keep him away; several may do so at once', () =>
  withFolder((folder) => {
    const lock = lockIn(folder)
    const one = lock.attend(['a', 'b'])
    const two = lockIn(folder).attend(['b'])
    expect(problemOf(() => lock.acquire(['b'], owner, 'r1'))).toMatchObject({ code: 'services-attended', exitCode: 11 })
    expect(lock.inspect('b')).toBeNull()
    one.release()
    one.release()
    expect(problemOf(() => lock.acquire(['b'], owner, 'r1'))).toMatchObject({ code: 'services-attended' })
    two.release()
    const held = lock.acquire(['b'], owner, 'r1')
    expect(problemOf(() => lock.attend(['a', 'b']))).toMatchObject({ code: 'run-in-progress' })
    held.abandon()
    expect(problemOf(() => lock.attend(['b']))).toMatchObject({ code: 'run-unfinished' })
    lock.adopt(['b'], owner)?.settle()
    lock.acquire(['a'], owner, 'r2').settle()
    lock.attend(['a', 'b']).release()
  }))

test('all or nothing: a server that is taken leaves the ones before it free', () =>
  withFolder((folder) => {
    const lock = lockIn(folder)
    const held = lock.acquire(['b'], owner, 'r1')
    expect(problemOf(() => lock.acquire(['a', 'b', 'c'], other, 'r2')).code).toBe('run-in-progress')
    expect(lock.inspect('a')).toBeNull()
    lock.acquire(['a', 'c'], other, 'r3').settle()
    expect(lock.inspect('b')).toMatchObject({ runId: 'r1', live: true })
    held.settle()
  }))

test('an abandoned run stands as unfinished until it is adopted and settled', () =>
  withFolder((folder) => {
    const lock = lockIn(folder)
    const first = lock.acquire(['a', 'ab'], owner, 'r1')
    first.abandon()
    first.settle()
    expect(lock.inspect('a')).toEqual({ runId: 'r1', owner, live: false, since })
    expect(problemOf(() => lock.acquire(['a'], other, 'r2'))).toMatchObject({ code: 'run-unfinished', exitCode: 11 })
    expect(problemOf(() => lock.assertFree(['x', 'ab']))).toMatchObject({
      code: 'run-unfinished',
      params: { host: 'ab', runId: 'r1' },
    })
    const adopted = lock.adopt(['a', 'ab', 'free'], other)
    expect(adopted).toMatchObject({ runId: 'r1', hosts: ['a', 'ab'] })
    expect(lock.inspect('ab')).toEqual({ runId: 'r1', owner: other, live: true, since })
    // Who is refused meanwhile is told of the process that goes on with it, not of the dead one.
    const { operator, host: runHost, pid } = other
    for (const refused of [() => lock.attend(['a']), () => lock.acquire(['a'], owner, 'r2')])
      expect(problemOf(refused)).toMatchObject({
        code: 'run-in-progress',
        params: { runId: 'r1', operator, runHost, pid },
      })
    adopted?.settle()
    expect(lock.adopt(['a', 'ab'], owner)).toBeNull()
    lock.assertFree(['a', 'ab'])
  }))

test('two unfinished runs are not adopted as one', () =>
  withFolder((folder) => {
    const lock = lockIn(folder)
    lock.acquire(['a'], owner, 'r1').abandon()
    lock.acquire(['b'], owner, 'r2').abandon()
    expect(problemOf(() => lock.adopt(['a', 'b'], other))).toMatchObject({
      code: 'run-unfinished',
      params: { host: 'b', runId: 'r2' },
    })
    expect(lock.inspect('a')).toMatchObject({ runId: 'r1', live: false })
  }))

test('a record that cannot be read is named and keeps the server closed', () =>
  withFolder((folder) => {
    const lock = lockIn(folder)
    lock.acquire(['a'], owner, 'r1').abandon()
    const file = join(folder, 'run-lock', 'a.json')
    writeFileSync(file, '{"runId"')
    for (const action of [
      () => lock.acquire(['a'], owner, 'r2'),
      () => lock.assertFree(['a']),
      () => lock.adopt(['a'], owner),
    ]) {
      expect(problemOf(action)).toMatchObject({ code: 'run-record-corrupt', params: { file } })
    }
  }))

test('killed with -9 its lock is free, its record stands, and the lock file is still the same', () =>
  withFolder(async (folder) => {
    const program = await bundleChild(folder, holder)
    const lock = lockIn(folder)
    const child = startChild(program, [folder, 'a,b'])
    expect(await child.firstLine).toBe('won')
    const { ino } = statSync(join(folder, 'run-lock', 'a.lock'))
    expect(lock.inspect('a')).toMatchObject({ live: true, owner: { operator: 'child', pid: child.process.pid } })
    await kill(child)
    expect(lock.inspect('a')).toMatchObject({ live: false, owner: { operator: 'child', pid: child.process.pid } })
    const second = startChild(program, [folder, 'b'])
    expect(await second.firstLine).toBe(`run-unfinished ${child.process.pid}`)
    await second.ended
    lock.adopt(['a', 'b'], owner)?.settle()
    expect(readdirSync(join(folder, 'run-lock')).sort()).toEqual(['a.lock', 'b.lock'])
    expect(statSync(join(folder, 'run-lock', 'a.lock')).ino).toBe(ino)
  }))

test(
  'of many processes that want overlapping servers exactly one wins',
  () =>
    withFolder(async (folder) => {
      const program = await bundleChild(folder, holder)
      for (let round = 0; round < 3; round += 1) {
        const state = join(folder, `state-${round}`)
        const children = Array.from({ length: 10 }, (_, index) =>
          startChild(program, [state, index % 2 ? 'a,m' : 'm,z']),
        )
        try {
          const answers = await Promise.all(children.map((child) => child.firstLine))
          const losers = answers.filter((answer) => answer !== 'won')
          expect(losers).toHaveLength(9)
          for (const answer of losers) expect(answer).toMatch(/^run-in-progress \d+$/)
          const winner = children[answers.indexOf('won')]
          expect(lockIn(state).inspect('m')).toMatchObject({ live: true, owner: { pid: winner?.process.pid } })
        } finally {
          await Promise.all(children.map(kill))
        }
      }
    }),
  120_000,
)

test(
  'never two at once over thousands of tries, and no refusal but the live holder',
  () =>
    withFolder(async (folder) => {
      const contender = `${childHead}
      let won = 0
      for (let round = 0; round < 250; round += 1) {
        try {
          const held = take()
          won += 1
          fs.closeSync(fs.openSync(stateFolder + '/critical', 'wx'))
          fs.rmSync(stateFolder + '/critical')
          held.settle()
        } catch (error) {
          if (error.problem?.code !== 'run-in-progress') throw error
        }
      }
      console.log(won)`
      const program = await bundleChild(folder, contender)
      const children = ['a,b', 'b,a', 'b', 'c,b'].map((hosts) => startChild(program, [folder, hosts]))
      const ends = await Promise.all(children.map((child) => child.ended))
      expect(ends.map(({ end }) => end)).toEqual([0, 0, 0, 0])
      expect(ends.reduce((sum, { output }) => sum + Number(output), 0)).toBeGreaterThan(0)
      expect(readdirSync(join(folder, 'run-lock')).filter((name) => !name.endsWith('.lock'))).toEqual([])
    }),
  180_000,
)

test('the record is for its owner alone and names boot and process', () =>
  withFolder((folder) => {
    const held = lockIn(join(folder, 'deep', 'state')).acquire(['a'], owner, 'r1')
    const file = join(folder, 'deep', 'state', 'run-lock', 'a.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      runId: 'r1',
      owner,
      startedAt: since,
      bootId: expect.any(String),
      procStart: expect.any(Number),
    })
    held.settle()
    expect(existsSync(file)).toBe(false)
  }))

test('a state folder that cannot be written is a problem', () =>
  withFolder((folder) => {
    const state = join(folder, 'file')
    writeFileSync(state, '')
    expect(problemOf(() => lockIn(state).acquire(['a'], owner, 'r1')).code).toBe('state-folder-failed')
  }))
