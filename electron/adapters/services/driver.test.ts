import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { makeTestDomain, type TestDomain } from '../../embedded/testing/sample.ts'
import { mailFolder } from '../../formats/layout.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { serviceFiles } from '../../formats/pid-file.ts'
import { removeRestoreMark, writeRestoreMark } from '../../formats/restore-mark.ts'
import { createServiceDriver } from './driver.ts'
import { isListening } from './prove.ts'
import { describeServiceDriver } from './testing/driver-suite.ts'

let test: TestDomain
beforeAll(async () => {
  test = await makeTestDomain()
}, 60_000)
afterAll(() => test?.remove())

const host = 'os-ml1'
const problemFrom = (work: Promise<unknown>) => work.then(() => null, toProblem)

describe('Object Server', { timeout: 60_000 }, () => {
  describeServiceDriver('embedded object-server', () => ({
    driver: test.driver(host, 'object-server'),
    pid: () => test.pid(host, 'object-server'),
    listening: () => isListening(test.socket(host, 'object-server')),
    breakStart: async () => {
      const file = readAreas(test.server(host))[0]?.files[0]?.path ?? ''
      renameSync(file, `${file}.away`)
      return async () => renameSync(`${file}.away`, file)
    },
  }))

  it('is one process in a session of its own that no hangup ends', async () => {
    await test.start(host, 'object-server')
    const pid = test.pid(host, 'object-server')
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    expect(fields.slice(2, 4)).toEqual([String(pid), String(pid)])
    process.kill(pid, 'SIGHUP')
    const args = [test.launch.servicePath, '--config', test.domain.file, '--host', host, '--service', 'object-server']
    const second = spawnSync(test.launch.execPath, args)
    expect(second.status).toBe(1)
    expect(readFileSync(serviceFiles(test.domain, host, 'object-server').log, 'utf8')).toContain(
      'service-already-running',
    )
    expect(await test.driver(host, 'object-server').status()).toMatchObject({ state: 'running', pid })
    process.kill(pid, 'SIGTERM')
    await expect.poll(async () => (await test.driver(host, 'object-server').status()).state).toBe('stopped')
  })

  it('refuses a service that the domain file does not know', () => {
    const args = [test.launch.servicePath, '--config', test.domain.file, '--host', host, '--service', 'none']
    const { status, stderr } = spawnSync(test.launch.execPath, args, { encoding: 'utf8' })
    expect(status).toBe(64)
    expect(JSON.parse(stderr).problem).toMatchObject({ code: 'service-unknown', params: { host, service: 'none' } })
  })

  it('does not take one without its pid file for stopped', async () => {
    await test.start(host, 'object-server')
    const pid = test.pid(host, 'object-server')
    const driver = test.driver(host, 'object-server')
    const file = serviceFiles(test.domain, host, 'object-server').pid
    renameSync(file, `${file}.away`)
    expect(await driver.status()).toMatchObject({ state: 'failed', pid, problem: { code: 'service-untracked' } })
    expect(await problemFrom(driver.stop())).toMatchObject({ code: 'service-untracked' })
    renameSync(`${file}.away`, file)
    expect((await driver.stop()).state).toBe('stopped')
    expect((await driver.status()).state).toBe('stopped')
  })

  it('leaves no journal beside its files after an orderly end', () => {
    for (const { path } of readAreas(test.server(host)).flatMap((area) => area.files)) {
      expect(existsSync(path)).toBe(true)
      expect(existsSync(`${path}-journal`) || existsSync(`${path}-wal`)).toBe(false)
    }
  })

  it('refuses to end while the address service uses it, and names that', async () => {
    await test.start(host, 'object-server', 'address-service')
    const refused = await problemFrom(test.driver(host, 'object-server').stop())
    expect(refused).toMatchObject({ code: 'object-server-in-use', params: { users: 'アドレスサービス' } })
    expect((await test.driver(host, 'object-server').status()).state).toBe('running')
    await test.driver(host, 'address-service').stop()
    expect((await test.driver(host, 'object-server').stop()).state).toBe('stopped')
  })
})

describe('address service', { timeout: 60_000 }, () => {
  beforeAll(() => test.start(host, 'object-server'))
  describeServiceDriver('embedded address-service', () => ({
    driver: test.driver(host, 'address-service'),
    pid: () => test.pid(host, 'address-service'),
    listening: () => isListening(test.socket(host, 'address-service')),
    breakStart: async () => {
      await test.driver(host, 'object-server').stop()
      return () => test.start(host, 'object-server')
    },
  }))

  it('says why it died: its Object Server is down', async () => {
    await test.driver(host, 'object-server').stop()
    const why = await problemFrom(test.driver(host, 'address-service').start())
    expect(why).toMatchObject({ code: 'object-server-down', params: { host } })
    expect((await test.driver(host, 'address-service').status()).problem).toEqual(why)
    await test.start(host, 'object-server')
  })
})

describe('server (mail)', { timeout: 60_000 }, () => {
  beforeAll(() => test.start(host, 'object-server', 'address-service'))
  const port = () => test.service(host, 'server').port ?? 0
  const occupy = async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port(), '127.0.0.1', resolve))
    return () => new Promise<void>((resolve) => void other.close(() => resolve()))
  }

  it('names the port that someone else uses', async () => {
    const free = await occupy()
    const why = await problemFrom(test.driver(host, 'server').start())
    expect(why).toMatchObject({ code: 'port-in-use', params: { port: port() } })
    await free()
    expect((await test.driver(host, 'server').stop()).state).toBe('stopped')
  })

  describeServiceDriver('embedded server', () => ({
    driver: test.driver(host, 'server'),
    pid: () => test.pid(host, 'server'),
    listening: async () => (await isListening(test.socket(host, 'server'))) || (await isListening(port())),
    breakStart: async () => {
      const folder = mailFolder(test.server(host))
      renameSync(folder, `${folder}.away`)
      writeFileSync(folder, '')
      return async () => {
        rmSync(folder)
        renameSync(`${folder}.away`, folder)
      }
    },
  }))
})

describe('dependent service', { timeout: 60_000 }, () => {
  beforeAll(() => test.start(host, 'object-server', 'address-service', 'server'))
  describeServiceDriver('embedded dependent', () => ({
    driver: test.driver(host, 'scheduler'),
    pid: () => test.pid(host, 'scheduler'),
    listening: () => isListening(test.socket(host, 'scheduler')),
    breakStart: async () => {
      await test.driver(host, 'server').stop()
      return () => test.start(host, 'server')
    },
  }))
})

describe('a process that says nothing or will not end', { timeout: 60_000 }, () => {
  const hasty = () => {
    const domain = { ...test.domain, limits: { ...test.domain.limits, startTimeoutMs: 1_000, stopTimeoutMs: 1_000 } }
    return createServiceDriver(domain, test.server('tk-ml1'), test.service('tk-ml1', 'object-server'), test.launch)
  }

  it('shows a stopped process as failed, and its stop as over time', async () => {
    await test.start('tk-ml1', 'object-server')
    const pid = test.pid('tk-ml1', 'object-server')
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await hasty().status()).toMatchObject({ state: 'failed', pid, problem: { code: 'service-silent' } })
      expect(await problemFrom(hasty().stop())).toMatchObject({ code: 'service-stop-timeout' })
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    expect((await test.driver('tk-ml1', 'object-server').stop()).state).toBe('stopped')
  })

  it('gives a program up that is no service, with its last words', async () => {
    const launch = { ...test.launch, servicePath: '/nonexistent/service.cjs' }
    const driver = createServiceDriver(
      test.domain,
      test.server('tk-ml1'),
      test.service('tk-ml1', 'object-server'),
      launch,
    )
    const why = await problemFrom(driver.start())
    expect(why?.code).toBe('service-died')
    expect(why?.message.en).toContain('Node.js')
    const absent = { ...test.launch, execPath: '/nonexistent/node' }
    const other = createServiceDriver(
      test.domain,
      test.server('tk-ml1'),
      test.service('tk-ml1', 'object-server'),
      absent,
    )
    expect((await problemFrom(other.start()))?.message.en).toContain('ENOENT')
  })

  it('writes its start and its stop to the log, in order', () => {
    const log = readFileSync(serviceFiles(test.domain, 'tk-ml1', 'object-server').log, 'utf8')
    const lines = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter((line) => line.level === 'info')
    expect(lines.map((line) => line.event)).toEqual(['starting', 'started', 'stopping', 'stopped'])
    expect(lines.map((line) => line.at)).toEqual([...lines.map((line) => line.at)].sort())
  })
})

describe('a server whose data is half exchanged by a restore', { timeout: 60_000 }, () => {
  it('starts nothing, neither through the driver nor by hand, until that is settled', async () => {
    const host = 'tk-ml1'
    const state = test.domain.folders.state
    writeRestoreMark(state, host, { runId: '20261122T020014Z-1a2b3c', since: '2026-11-22T02:00:14.000Z' })
    expect(await problemFrom(test.driver(host, 'object-server').start())).toMatchObject({ code: 'restore-unsettled' })
    const args = [test.launch.servicePath, '--config', test.domain.file, '--host', host, '--service', 'object-server']
    const byHand = spawnSync(test.launch.execPath, args)
    expect(byHand.status).toBe(1)
    const log = readFileSync(serviceFiles(test.domain, host, 'object-server').log, 'utf8')
    expect(log.trimEnd().split('\n').at(-1)).toContain('restore-unsettled')
    removeRestoreMark(state, host)
    expect(await test.driver(host, 'object-server').start()).toMatchObject({ state: 'running' })
    await test.driver(host, 'object-server').stop()
  })
})
