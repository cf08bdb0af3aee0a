import type { Finding } from '../../../shared/model/check.ts'
import type { Engine } from '../engine.ts'
import { missedNotice } from '../notify/run-notice.ts'
import { missedSince } from '../schedule/schedule-view.ts'

/** A backup that fell due and never began. */
export async function checkSchedule(engine: Engine, folder: string | null): Promise<Finding[]> {
  const missed = await missedSince(engine, folder)
  if (missed === null) return []
  return [{ id: 'missed', severity: 'critical', text: missedText(missed), measures: [] }]
}

/** Tells people of a missed backup, once each time that it fell due. Returns whether there was one to tell. */
export async function tellMissed(engine: Engine, folder: string | null): Promise<boolean> {
  const missed = await missedSince(engine, folder)
  if (missed === null) return false
  const at = missed.toISOString()
  if (engine.told.last('missed') === at) return true
  const hosts = engine.domain.servers.map(({ host }) => host)
  engine.teller.tell(missedNotice(engine.domain, hosts, at, [missedText(missed)]))
  engine.told.remember('missed', at)
  return true
}

function missedText(missed: Date) {
  const at = missed.toISOString()
  return {
    ja: `${at} に予定されたバックアップが実行されていません`,
    en: `the backup that fell due at ${at} did not happen`,
  }
}
