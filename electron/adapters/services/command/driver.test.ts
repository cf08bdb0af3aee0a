import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Domain, ServiceConfig } from '../../../../shared/model/domain.ts'
import { toProblem } from '../../../../shared/model/problem.ts'
import type { Engine } from '../../../core/engine.ts'
import type { ServiceDriver } from '../../../core/ports/service-driver.ts'
import { startPersistently, stopPersistently } from '../../../core/servers/persist.ts'
import { until } from '../../../embedded/testing/sample.ts'
import { serviceFiles } from '../../../formats/pid-file.ts'
import { removeRestoreMark, writeRestoreMark } from '../../../formats/restore-mark.ts'
import { sampleServer } from '../../../formats/testing/sample.ts'
import { describeServiceDriver } from '../testing/driver-suite.ts'
import { makeScriptedService, type ScriptedService } from '../testing/scripted-service.ts'
import { createCommandDriver } from './driver.ts'
import { processOf } from './process-of.ts'

// Defects that break it: a word that is believed against what is so, a program that hangs and takes the command along, one that goes
// on behind our back, a stranger's process that gets the signal.
let folder: string
let made: ScriptedService
const host = 'hq-mas'
const limits = { startTimeoutMs: 2_000, stopTimeoutMs: 1_500 }
const fileOf = (what: 'log' | 'program' | 'known') =>
  serviceFiles({ folders: domain().folders }, host, 'scheduler')[what]
const domain = () => ({ folders: { state: join(folder, 'state') }, limits }) as unknown as Domain
const serviceOf = (change: Partial<ServiceConfig> = {}): ServiceConfig => ({
  ...{ id: 'scheduler', kind: 'dependent', name: 'Scheduler', driver: 'command', port: null },
  commands: made.commands,
  ...change,
})
const driver = (change: Partial<ServiceConfig> = {}, commands = made.commands): ServiceDriver =>
  createCommandDriver(domain(), sampleServer(folder), serviceOf(change), commands, process.env)
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error) => toProblem(error).code,
  )

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unt-command-'))
  made = makeScriptedService(join(folder, 'site'))
})
afterAll(() => {
  made.kill()
  rmSync(folder, { recursive: true, force: true })
})

describeServiceDriver('command', () => ({
  driver: driver(),
  pid: () => made.pid() ?? 0,
  listening: async () => made.pid() !== null,
  async breakStart() {
    writeFileSync(join(folder, 'site', 'pid'), '999999999\n')
    made.fault('start fails')
    return async () => made.fault()
  },
}))

describe('a program that does not do its work', () => {
  afterEach(async () => {
    made.fault()
    made.kill()
    await until(() => made.pid() === null)
    rmSync(join(folder, 'site', 'pid'), { force: true })
    expect((await driver().status()).state).toBe('stopped')
  })

  it.each([
    ['start hangs', 'service-start-timeout', 'stopped'],
    ['start hangs late', null, 'running'],
    ['start fails', 'service-command-failed', 'stopped'],
    ['start prints rubbish', 'service-command-failed', 'stopped'],
    ['start lies', 'service-start-timeout', 'stopped'],
  ] as const)('%s: the start ends with %s, in time, and the service is %s', async (fault, code, state) => {
    made.fault(fault)
    const began = performance.now()
    expect(await codeOf(driver().start())).toBe(code)
    expect(performance.now() - began).toBeLessThan(limits.startTimeoutMs + limits.stopTimeoutMs + 4_000)
    expect((await driver().status()).state).toBe(state)
    expect(existsSync(fileOf('program'))).toBe(false)
  })

  it.each([
    ['stop hangs', 'service-stop-timeout'],
    ['stop fails', 'service-command-failed'],
    ['stop prints rubbish', 'service-command-failed'],
    ['stop lies', 'service-stop-timeout'],
    ['deaf', 'service-stop-timeout'],
    ['status lies', 'service-contradicted'],
  ] as const)(
    '%s: the stop ends with %s, in time, and the service still runs; a signal ends it',
    async (fault, code) => {
      await driver().start()
      const pid = made.pid()
      made.fault(fault)
      if (fault === 'status lies') {
        // It goes by its word where nothing speaks against it: here the process does, as long as it is there.
        made.fault('status lies', 'stop lies')
      }
      const began = performance.now()
      expect(await codeOf(driver().stop())).toBe(code)
      expect(performance.now() - began).toBeLessThan(limits.stopTimeoutMs + 3_000)
      expect(made.pid()).toBe(pid)
      if (fault === 'deaf') expect(await driver().end('SIGTERM')).toBe(false)
      expect(await driver().end(fault === 'deaf' ? 'SIGKILL' : 'SIGTERM')).toBe(true)
      expect(made.pid()).toBeNull()
    },
  )

  it.each([
    ['status fails', 'service-command-failed'],
    ['status prints rubbish', 'service-command-failed'],
    ['status lies', 'service-contradicted'],
  ] as const)('%s: nobody knows its state, and no start ends what may serve', async (fault, code) => {
    await driver().start()
    const pid = made.pid()
    made.fault(fault)
    expect(await driver().status()).toMatchObject({ state: 'failed', pid, problem: { code } })
    expect(await codeOf(driver().start())).toBe('service-start-timeout')
    expect(made.pid()).toBe(pid)
    made.fault()
    expect(await driver().start()).toMatchObject({ state: 'running', pid })
  })

  it('a status program that hangs is killed with all that it began', async () => {
    await driver().start()
    made.fault('status hangs')
    expect(await driver().status()).toMatchObject({ state: 'failed', problem: { code: 'service-command-failed' } })
  }, 15_000)

  it('says what it said, but nothing that a terminal obeys', async () => {
    made.fault('start fails')
    const found = await driver()
      .start()
      .then(() => null, toProblem)
    expect(found).toMatchObject({ params: { end: 'exit 4', text: 'no licence for start' } })
    made.fault('start prints rubbish')
    const rubbish = await driver()
      .start()
      .then(() => null, toProblem)
    expect(String(rubbish?.params.text)).not.toMatch(/\p{Cc}/u)
    expect(String(rubbish?.params.text).length).toBeLessThanOrEqual(300)
    // The last of it, however much that was.
    expect(rubbish?.params.text).toMatch(/"exitCode":0}$/)
  })

  it('that is not there is told, and nothing waits', async () => {
    const gone = { ...made.commands, start: ['/nonexistent/start'] }
    expect(await codeOf(driver({}, gone).start())).toBe('service-command-failed')
    const blind = { ...made.commands, status: ['/nonexistent/status'] }
    expect(await driver({}, blind).status()).toMatchObject({ state: 'failed' })
  })
})

describe('a run', () => {
  const engine = (retries: number, stopEscalation: string) =>
    ({ domain: { limits: { retries, stopEscalation } }, driver: () => driver() }) as unknown as Engine
  const stopping = (retries: number, escalation: string, heard: string[] = []) =>
    codeOf(
      stopPersistently(engine(retries, escalation), host, 'scheduler', new AbortController().signal, (name) =>
        heard.push(name),
      ),
    )
  beforeEach(async () => {
    await driver().start()
    for (const which of ['start', 'stop'] as const) made.calls(which)
  })
  afterEach(async () => {
    made.fault()
    made.kill()
    await until(() => made.pid() === null)
    await driver().stop()
  })

  it('tries a stop program as often as the domain file says, and sends no signal that it does not allow', async () => {
    made.fault('stop fails')
    const heard: string[] = []
    expect(await stopping(2, 'none', heard)).toBe('service-command-failed')
    expect([made.calls('stop'), heard, made.pid() === null]).toEqual([3, [], false])
  })

  it('ends the service by signals, one after the other, where the domain file allows it', async () => {
    made.fault('deaf', 'stop fails')
    const heard: string[] = []
    expect(await stopping(1, 'kill', heard)).toBeNull()
    expect([made.calls('stop'), heard, made.pid()]).toEqual([2, ['SIGTERM', 'SIGKILL'], null])
  })

  it('tries a start program as often as the domain file says', async () => {
    await driver().stop()
    made.fault('start fails')
    made.calls('start')
    expect(await codeOf(startPersistently(engine(2, 'none'), host, 'scheduler'))).toBe('service-command-failed')
    expect(made.calls('start')).toBe(3)
  })
})

it('without a pid file its status program alone is believed, and nobody is sent a signal', async () => {
  const commands = { ...made.commands, pidFile: null }
  expect(await driver({}, commands).start()).toMatchObject({ state: 'running', pid: null })
  const pid = made.pid()
  expect(await driver({}, commands).end('SIGKILL')).toBe(false)
  expect(made.pid()).toBe(pid)
  expect(await driver({}, commands).stop()).toMatchObject({ state: 'stopped' })
})

it('a process that began after the pid file was written is not the one: it gets no signal', async () => {
  const stranger = spawn('sleep', ['1000'])
  const pidFile = join(folder, 'site', 'pid')
  try {
    writeFileSync(pidFile, `${stranger.pid}\n`)
    expect(processOf(pidFile)?.pid).toBe(stranger.pid)
    const before = new Date(Date.now() - 600_000)
    utimesSync(pidFile, before, before)
    expect(processOf(pidFile)).toBeNull()
    await driver().end('SIGKILL')
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null])
  } finally {
    stranger.kill('SIGKILL')
    rmSync(pidFile, { force: true })
  }
})

it('a process that was seen to serve stays the one when the clock is stepped, and none other does', async () => {
  await driver().start()
  const pid = made.pid()
  // As after a step of the clock: the file's time stays, and the process seems to have begun later.
  const stepped = (ms: number) => {
    const written = new Date(Date.now() - ms)
    utimesSync(join(folder, 'site', 'pid'), written, written)
  }
  stepped(86_400_000)
  expect(await driver().status()).toMatchObject({ state: 'running', pid })
  const known = readFileSync(fileOf('known'), 'utf8')
  for (const other of [known.replace(/"startTicks":"\d+"/, '"startTicks":"1"'), known.slice(0, 20)]) {
    writeFileSync(fileOf('known'), other)
    expect(await driver().status()).toMatchObject({ state: 'failed', pid: null })
  }
  // Before anybody looked: the few seconds after the machine's start.
  stepped(20_000)
  expect(await driver().status()).toMatchObject({ state: 'running', pid })
  await driver().stop()
})

it('a service that fell over is down once its stop program did its work, though its status goes on telling of the fall', async () => {
  await driver().start()
  process.kill(made.pid() ?? 0, 'SIGKILL')
  await until(() => made.pid() === null)
  made.fault('stop fails')
  expect(await codeOf(driver().stop())).toBe('service-command-failed')
  made.fault('stop lies')
  expect(await driver().stop()).toMatchObject({ state: 'stopped', problem: null })
  expect(await driver().status()).toMatchObject({ state: 'failed', problem: { code: 'service-killed' } })
  made.fault()
  expect(await driver().stop()).toMatchObject({ state: 'stopped' })
})

it('a port that answers still is no service that stopped, and one that is closed none that runs', async () => {
  const taken = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  const mail = () => driver({ kind: 'server', port })
  expect(await mail().status()).toMatchObject({ state: 'failed', problem: { code: 'service-contradicted' } })
  await new Promise<void>((resolve) => void taken.close(() => resolve()))
  expect(await mail().status()).toMatchObject({ state: 'stopped' })
  await driver().start()
  expect(await mail().status()).toMatchObject({ state: 'failed', problem: { code: 'service-contradicted' } })
  await driver().stop()
})

it('a stop whose command died goes on; the start that follows waits for its end and does not lose to it', async () => {
  await driver().start()
  made.fault('deaf')
  const abandoned = spawn(made.commands.stop[0] ?? '', made.commands.stop.slice(1), { detached: true, stdio: 'ignore' })
  const { bootId, startTicksOf } = await import('../../../wire/process-identity.ts')
  const record = {
    ...{ pid: abandoned.pid, startTicks: startTicksOf(abandoned.pid ?? 0), bootId: bootId() },
    ...{ startedAt: new Date().toISOString(), phase: 'stopping', problem: null },
  }
  writeFileSync(fileOf('program'), JSON.stringify(record))
  expect(await driver().status()).toMatchObject({ state: 'stopping' })
  const starting = driver().start()
  // Now it hears it, and the abandoned stop comes to its end.
  made.fault()
  process.kill(made.pid() ?? 0, 'SIGTERM')
  expect(await starting).toMatchObject({ state: 'running', pid: made.pid() })
  expect(made.pid()).not.toBeNull()
  await driver().stop()
})

it('a program that cannot be killed is left behind in time, and nothing else of that service begins while it lives', async () => {
  await driver().start()
  made.fault('stop hangs')
  const kill = process.kill.bind(process)
  // As the system answers for the group of a program that runs under another account.
  const shielded = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    if (pid < 0) throw Object.assign(new Error('EPERM'), { code: 'EPERM' })
    return kill(pid, signal)
  })
  try {
    const began = performance.now()
    expect(await codeOf(driver().stop())).toBe('service-stop-timeout')
    expect(await driver().status()).toMatchObject({ state: 'stopping' })
    for (const which of ['start', 'stop'] as const) made.calls(which)
    expect(await codeOf(driver().start())).toBe('service-start-timeout')
    expect(await codeOf(driver().stop())).toBe('service-stop-timeout')
    expect([made.calls('start'), made.calls('stop')]).toEqual([0, 0])
    expect(performance.now() - began).toBeLessThan(limits.startTimeoutMs + 2 * limits.stopTimeoutMs + 8_000)
  } finally {
    shielded.mockRestore()
  }
  made.fault()
  expect(await driver().stop()).toMatchObject({ state: 'stopped' })
  expect(existsSync(fileOf('program'))).toBe(false)
}, 20_000)

it('starts nothing while the data is half exchanged by a restore', async () => {
  const { folders } = domain()
  writeRestoreMark(folders.state, host, { runId: '20261122T020014Z-1a2b3c', since: '2026-11-22T02:00:14.000Z' })
  made.calls('start')
  expect(await codeOf(driver().start())).toBe('restore-unsettled')
  expect(made.calls('start')).toBe(0)
  removeRestoreMark(folders.state, host)
})

it('what the service prints goes to its log', async () => {
  await driver().start()
  await until(() => readFileSync(fileOf('log'), 'utf8').includes('started'))
  await driver().stop()
})
