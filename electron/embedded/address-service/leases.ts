import { performance } from 'node:perf_hooks'

/** Leases by id on this process's monotonic clock; the wall clock plays no part. */
export type Leases<Value> = {
  /** What is live, in the order of its grant. */
  live(): readonly (Value & { readonly remainingMs: number })[]
  get(id: string): (Value & { readonly remainingMs: number }) | null
  /** Grants a full lease. */
  grant(id: string, value: Value, leaseMs: number): void
  /** A full lease again; false when it is no longer live. */
  renew(id: string): boolean
  /** Ends one without calling `onExpire`. */
  end(id: string): void
  close(): void
}

type Held<Value> = { readonly value: Value; readonly leaseMs: number; deadline: number; timer: NodeJS.Timeout }

/** `onExpire` is called once for each lease that ran out; from that moment it is no longer live. */
export function createLeases<Value extends object>(onExpire: (id: string, value: Value) => void): Leases<Value> {
  const held = new Map<string, Held<Value>>()

  const watch = (id: string, after: number): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      const lease = held.get(id)
      if (lease === undefined) return
      const left = lease.deadline - performance.now()
      if (left > 0) {
        lease.timer = watch(id, left)
        return
      }
      held.delete(id)
      onExpire(id, lease.value)
    }, Math.ceil(after))
    return timer.unref()
  }

  const live = (id: string): Held<Value> | null => {
    const lease = held.get(id)
    return lease !== undefined && lease.deadline > performance.now() ? lease : null
  }

  return {
    live: () =>
      [...held.keys()].flatMap((id) => {
        const lease = live(id)
        return lease === null ? [] : [{ ...lease.value, remainingMs: lease.deadline - performance.now() }]
      }),
    get: (id) => {
      const lease = live(id)
      return lease === null ? null : { ...lease.value, remainingMs: lease.deadline - performance.now() }
    },
    grant: (id, value, leaseMs) => {
      clearTimeout(held.get(id)?.timer)
      held.set(id, { value, leaseMs, deadline: performance.now() + leaseMs, timer: watch(id, leaseMs) })
    },
    renew: (id) => {
      const lease = live(id)
      if (lease === null) return false
      lease.deadline = performance.now() + lease.leaseMs
      return true
    },
    end: (id) => {
      clearTimeout(held.get(id)?.timer)
      held.delete(id)
    },
    close: () => {
      for (const { timer } of held.values()) clearTimeout(timer)
      held.clear()
    },
  }
}
