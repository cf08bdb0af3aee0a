import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { makeTestDomain, operator, problemOf, type TestDomain, until } from '../testing/sample.ts'

/** One line to a socket and the line it answers: a client that is none of ours. */
function askRaw(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.write(line))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}

const rawRegister = `${JSON.stringify({ id: 7, op: 'register', registration: { kind: 'user', name: '生の客' }, operator: 'raw' })}\n`

describe('排他 and sessions at the master', () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain()
    await test.start('hq-mas', 'object-server', 'address-service')
  }, 60_000)
  afterAll(() => test?.remove())

  it('refuses every registration and every second holder by name, and lets reading go on', async () => {
    const { names, lock } = test.directory('hq-mas')
    const held = await lock.acquire(operator, 15_000)
    const refusal = toProblem(await names.register({ kind: 'user', name: 'x' }, 'other').catch((error) => error))
    expect(refusal).toMatchObject({ code: 'registration-locked', exitCode: 11 })
    expect(refusal.message.ja).toContain('gmadmin@console1')
    const raw = JSON.parse(await askRaw(test.socket('hq-mas', 'address-service'), rawRegister))
    expect(raw).toMatchObject({ id: 7, ok: false, problem: { code: 'registration-locked', exitCode: 11 } })
    const second = toProblem(await lock.acquire({ ...operator, operator: 'second' }, 1000).catch((error) => error))
    expect(second).toMatchObject({ code: 'lock-held', exitCode: 11, params: { operator: 'gmadmin', host: 'console1' } })
    expect((await names.search({ kind: 'user' })).total).toBe(30)
    expect(await lock.status()).toMatchObject({ held: true, owner: operator, token: held.token })
    await lock.release(held.token)
    await lock.release(held.token)
    expect(await lock.status()).toEqual({ held: false })
    const given = JSON.parse(await askRaw(test.socket('hq-mas', 'address-service'), rawRegister))
    expect(given).toMatchObject({ id: 7, ok: true, value: { entity: { name: '生の客' } } })
  })

  it('ends by itself when nobody renews it, and its token is never in force again', async () => {
    const { names, lock } = test.directory('hq-mas')
    const held = await lock.acquire(operator, 400)
    await lock.renew(held.token)
    expect(await problemOf(names.register({ kind: 'user', name: 'x' }, 'a'))).toBe('registration-locked')
    await until(async () => !(await lock.status()).held)
    expect(await problemOf(names.register({ kind: 'user', name: 'after' }, 'a'))).toBeNull()
    expect(await problemOf(lock.renew(held.token))).toBe('lock-lost')
    const next = await lock.acquire(operator, 15_000)
    expect(next.token).toBeGreaterThan(held.token)
    await lock.release(next.token)
  })

  it('survives kill -9 of the address service with a full lease', async () => {
    const { names, lock } = test.directory('hq-mas')
    const held = await lock.acquire(operator, 2_000)
    test.kill('hq-mas', 'address-service')
    await until(async () => (await test.driver('hq-mas', 'address-service').status()).state === 'failed')
    await test.start('hq-mas', 'address-service')
    expect(await problemOf(names.register({ kind: 'user', name: 'x' }, 'a'))).toBe('registration-locked')
    expect(await lock.renew(held.token)).toMatchObject({ held: true, token: held.token, owner: operator })
    test.kill('hq-mas', 'address-service')
    await test.start('hq-mas', 'address-service')
    expect((await lock.status()).held).toBe(true)
    await until(async () => !(await lock.status()).held)
    expect(await problemOf(lock.renew(held.token))).toBe('lock-lost')
    const next = await lock.acquire(operator, 15_000)
    expect(next.token).toBeGreaterThan(held.token)
    await lock.release(next.token)
  }, 60_000)

  it('fails a raw register while the Object Server is down, and works again after it', async () => {
    test.kill('hq-mas', 'object-server')
    const socket = test.socket('hq-mas', 'address-service')
    await until(async () => JSON.parse(await askRaw(socket, rawRegister)).ok === false)
    const down = JSON.parse(await askRaw(socket, rawRegister))
    expect(down).toMatchObject({ ok: false, problem: { code: 'object-server-down' } })
    await test.start('hq-mas', 'object-server')
    expect(JSON.parse(await askRaw(socket, rawRegister))).toMatchObject({ ok: true })
  })

  it('clears a journal only with the token in force, and the chain goes on', async () => {
    const { names, lock, journals } = test.directory('hq-mas')
    const { token } = await lock.acquire(operator, 15_000)
    expect(await problemOf(journals.seal('hq-mas', token + 1, operator))).toBe('lock-lost')
    expect(await problemOf(journals.seal('nobody', token, operator))).toBe('journal-not-kept')
    const before = (await journals.list()).find((one) => one.host === 'hq-mas')
    const segment = await journals.seal('hq-mas', token, operator)
    expect(segment).toMatchObject({ id: 1, host: 'hq-mas', records: before?.records, clearedBy: operator })
    expect(await journals.seal('hq-mas', token, operator)).toBeNull()
    await lock.release(token)
    expect(await problemOf(journals.seal('hq-mas', token, operator))).toBe('lock-lost')
    await names.register({ kind: 'user', name: '退避の後' }, 'gmadmin')
    test.kill('hq-mas', 'address-service')
    await test.start('hq-mas', 'address-service')
    await names.register({ kind: 'user', name: '再起動の後' }, 'gmadmin')
    const [own, other] = await journals.list()
    expect(own).toMatchObject({ records: 2, segments: [segment] })
    expect(other?.records).toBe((before?.records ?? 0) + 2)
    expect((await names.status()).readOnly).toBe(false)
  }, 60_000)

  it('keeps console sessions until they log out, expire, or are not renewed', async () => {
    const { sessions } = test.directory('hq-mas')
    const session = await sessions.login(operator, 15_000)
    const short = await sessions.login({ ...operator, operator: 'short' }, 300)
    expect(await sessions.list()).toEqual([session, short])
    await until(async () => (await sessions.list()).length === 1)
    expect(await problemOf(sessions.renew(short.id))).toBe('session-ended')
    test.kill('hq-mas', 'address-service')
    await test.start('hq-mas', 'address-service')
    expect(await sessions.list()).toEqual([session])
    await sessions.renew(session.id)
    await sessions.logout(session.id)
    await sessions.logout(session.id)
    expect(await sessions.list()).toEqual([])
  }, 60_000)

  it('answers an unknown request, refuses a wrong one, and closes on garbage', async () => {
    const socket = test.socket('hq-mas', 'address-service')
    expect(JSON.parse(await askRaw(socket, '{"id":1,"op":"constructor"}\n'))).toMatchObject({
      problem: { code: 'operation-unknown' },
    })
    expect(JSON.parse(await askRaw(socket, '{"id":1,"op":"register"}\n'))).toMatchObject({
      problem: { code: 'request-invalid' },
    })
    expect(await askRaw(socket, 'GET / HTTP/1.1\n')).toBe('')
    expect(await askRaw(socket, `"${'x'.repeat(8 * 1024 * 1024)}`)).toBe('')
  })
})
