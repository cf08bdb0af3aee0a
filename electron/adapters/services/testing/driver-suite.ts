import { describe, expect, it } from 'vitest'
import { toProblem } from '../../../../shared/model/problem.ts'
import type { ServiceDriver } from '../../../core/ports/service-driver.ts'
import { startTicksOf } from '../../../wire/process-identity.ts'

/** What the suite needs of an adapter: one service that can be broken in every way the port speaks of. */
export type DriverSubject = {
  readonly driver: ServiceDriver
  /** The process of the running service. */
  pid(): number
  /** Makes its next start die by itself; undone by what it returns. */
  breakStart(): Promise<() => Promise<void>>
  /** Whether anything of it still accepts a connection. */
  listening(): Promise<boolean>
}

const codeOf = async (work: Promise<unknown>): Promise<string | null> =>
  await work.then(
    () => null,
    (error) => toProblem(error).code,
  )

/** The law of the port `ServiceDriver`, for every adapter. `subject` is asked anew by each test. */
export function describeServiceDriver(name: string, subject: () => DriverSubject): void {
  describe(`ServiceDriver: ${name}`, () => {
    it('starts with proof, and again without a second process', async () => {
      const { driver, pid, listening } = subject()
      expect(await driver.status()).toMatchObject({ state: 'stopped', pid: null, since: null, problem: null })
      const started = await driver.start()
      expect(started).toMatchObject({ state: 'running', pid: pid(), problem: null })
      expect(Date.parse(started.since ?? '')).toBeLessThanOrEqual(Date.now())
      expect(await listening()).toBe(true)
      expect(await driver.start()).toEqual(started)
      expect(await driver.status()).toEqual(started)
    })

    it('stops with proof, and again without complaint', async () => {
      const { driver, pid, listening } = subject()
      const before = pid()
      expect(await driver.stop()).toMatchObject({ state: 'stopped', pid: null, since: null, problem: null })
      expect(startTicksOf(before)).toBeNull()
      expect(await listening()).toBe(false)
      expect(await driver.stop()).toMatchObject({ state: 'stopped' })
    })

    it('starts once when it is asked twice at the same moment', async () => {
      const { driver, pid } = subject()
      const [one, other] = await Promise.all([driver.start(), driver.start()])
      expect(one).toMatchObject({ state: 'running', pid: pid() })
      expect(other).toEqual(one)
    })

    it('tells a killed service as failed, starts it, and lets a stop settle it', async () => {
      const { driver, pid } = subject()
      process.kill(pid(), 'SIGKILL')
      await expect.poll(async () => (await driver.status()).state, { timeout: 10_000 }).toBe('failed')
      const failed = await driver.status()
      expect(failed.problem?.code).toBe('service-killed')
      expect(failed.pid).toBeNull()
      expect(await driver.start()).toMatchObject({ state: 'running' })
      process.kill(pid(), 'SIGKILL')
      await expect.poll(async () => (await driver.status()).state, { timeout: 10_000 }).toBe('failed')
      expect(await driver.stop()).toMatchObject({ state: 'stopped' })
    })

    it('throws when it dies while starting, and then is gone', async () => {
      const { driver, breakStart, listening } = subject()
      const mend = await breakStart()
      try {
        expect(await codeOf(driver.start())).not.toBeNull()
        expect(await driver.status()).toMatchObject({ state: 'failed', pid: null })
        expect((await driver.status()).problem).not.toBeNull()
        expect(await listening()).toBe(false)
      } finally {
        await mend()
      }
      expect(await driver.start()).toMatchObject({ state: 'running' })
      expect(await driver.stop()).toMatchObject({ state: 'stopped' })
    })

    it('leaves nothing behind when a start is aborted', async () => {
      const { driver, listening } = subject()
      expect(await codeOf(driver.start(AbortSignal.abort()))).toBe('cancelled')
      const controller = new AbortController()
      const start = driver.start(controller.signal)
      setTimeout(() => controller.abort(), 5)
      expect(await codeOf(start)).toBe('cancelled')
      expect(await listening()).toBe(false)
      expect(await driver.start()).toMatchObject({ state: 'running' })
      expect(await driver.stop()).toMatchObject({ state: 'stopped' })
    })
  })
}
