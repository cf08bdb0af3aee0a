import { expect, test } from 'vitest'
import type { ServiceConfig } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import { systemClock } from '../../adapters/platform/clock.ts'
import { sampleServer } from '../../formats/testing/sample.ts'
import type { Engine } from '../engine.ts'
import type { StepContext } from '../procedure/step.ts'
import { createDowntime } from './downtime.ts'

const kinds = ['object-server', 'address-service', 'server', 'dependent'] as const
const serviceOf = (kind: ServiceConfig['kind']): ServiceConfig => ({
  id: kind,
  kind,
  name: kind,
  driver: 'embedded',
  port: null,
  commands: null,
})
const server = sampleServer('/nowhere', { services: kinds.map(serviceOf) })

/** Services that only remember whether they run; `broken` never start. */
function servicesOf(options: { readonly broken?: string; readonly onStatus?: () => void } = {}) {
  const running = new Set<string>(kinds)
  const driver = (_host: string, id: string) => ({
    async status() {
      options.onStatus?.()
      return { state: running.has(id) ? 'running' : 'stopped' }
    },
    async start() {
      if (id === options.broken) throw fail('port-in-use', { port: 25 })
      running.add(id)
    },
    async stop() {
      running.delete(id)
    },
  })
  return { running, engine: { clock: systemClock, driver, domain: { limits: { retries: 0 } } } as unknown as Engine }
}

function contextOf(part: Partial<StepContext> = {}): StepContext {
  const signal = new AbortController().signal
  return {
    signal,
    note: () => undefined,
    stopping: () => undefined,
    started: () => undefined,
    progress: () => undefined,
    ...part,
  }
}

test('one service that will not start keeps none of those after it down', async () => {
  const { engine, running } = servicesOf({ broken: 'server' })
  const downtime = createDowntime(engine, server)
  await downtime.stop(kinds, contextOf())
  expect(running.size).toBe(0)
  await expect(downtime.start(kinds, contextOf())).rejects.toThrow('port-in-use')
  expect([...running]).toEqual(['object-server', 'address-service', 'dependent'])
  expect(await downtime.servicesDown()).toEqual(['hq-mas/server'])
})

test('stops nothing that could not be recorded before, and counts it as no outage', async () => {
  const { engine, running } = servicesOf()
  const downtime = createDowntime(engine, server)
  const stopping = () => {
    throw fail('state-folder-failed', { path: 'runs', text: 'ENOSPC' })
  }
  await expect(downtime.stop(kinds, contextOf({ stopping }))).rejects.toThrow('state-folder-failed')
  expect(running.size).toBe(4)
  expect(downtime.stoppedAt()).toBeNull()
})

test('stops nothing more once it is cancelled, not even what it was just looking at', async () => {
  const cancel = new AbortController()
  const { engine, running } = servicesOf({ onStatus: () => cancel.abort(fail('cancelled')) })
  const downtime = createDowntime(engine, server)
  await expect(downtime.stop(kinds, contextOf({ signal: cancel.signal }))).rejects.toThrow('cancelled')
  expect(running.size).toBe(4)
})
