import { type Engine, masterOf } from '../engine.ts'

/**
 * 排他 and console sessions that stand in restored data belong to whoever held them when the backup was taken; they would keep
 * registrations out for the length of a lease. `since`: none that began later is touched. What cannot be freed runs out by itself.
 */
export async function freeArchivedLeases(engine: Engine, hosts: readonly string[], since: Date): Promise<void> {
  if (!hosts.includes(masterOf(engine.domain).host)) return
  const isOld = (at: string) => Date.parse(at) < since.getTime()
  const lock = await engine.lock.status().catch(() => null)
  if (lock?.held && isOld(lock.since)) await engine.lock.release(lock.token).catch(() => undefined)
  const sessions = await engine.sessions.list().catch(() => [])
  for (const { id, since: at } of sessions) if (isOld(at)) await engine.sessions.logout(id).catch(() => undefined)
}
