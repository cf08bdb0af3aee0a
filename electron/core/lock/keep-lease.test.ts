import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fail } from '../../../shared/model/problem.ts'
import { keepLease } from './keep-lease.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const clock = { now: () => new Date(), monotonicMs: () => performance.now() }
const settings = { ttlMs: 15_000, heartbeatMs: 5_000, clock }
const refused = (found: { readonly code: string }) => found.code === 'lock-lost'

describe('a kept lease', () => {
  test('is renewed every heartbeat until it is let go', async () => {
    const renew = vi.fn(async () => undefined)
    const lease = keepLease(renew, { ...settings, refused })
    await vi.advanceTimersByTimeAsync(20_500)
    expect(renew).toHaveBeenCalledTimes(4)
    lease.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(renew).toHaveBeenCalledTimes(4)
    expect(lease.lost.aborted).toBe(false)
  })

  test('is lost at once when the renewal is refused', async () => {
    const onLost = vi.fn()
    const renew = async () => {
      throw fail('lock-lost', { host: 'hq-mas' })
    }
    const lease = keepLease(renew, { ...settings, refused, onLost })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(lease.lost.aborted).toBe(true)
    expect(onLost).toHaveBeenCalledWith(expect.objectContaining({ code: 'lock-lost' }))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(onLost).toHaveBeenCalledTimes(1)
  })

  test('outlives a service that is away for less than the lease, and not one that is away for longer', async () => {
    let away = true
    const renew = async () => {
      if (away) throw fail('address-service-down', { host: 'hq-mas' })
    }
    const lease = keepLease(renew, { ...settings, refused })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lease.lost.aborted).toBe(false)
    away = false
    await vi.advanceTimersByTimeAsync(5_000)
    away = true
    await vi.advanceTimersByTimeAsync(14_000)
    expect(lease.lost.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(lease.lost.aborted).toBe(true)
  })
})
