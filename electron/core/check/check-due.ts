import { setTimeout as sleep } from 'node:timers/promises'
import { fill } from '../../../shared/messages/fill.ts'
import { message } from '../../../shared/messages/step-title.ts'
import type { Finding } from '../../../shared/model/check.ts'
import type { Place } from '../../../shared/model/position.ts'
import type { Engine } from '../engine.ts'
import { backupDue, changesSince, type PastBackups } from './backup-due.ts'
import { serverShapes } from './server-shapes.ts'

/** How long the settings files are waited for: a disk that hangs keeps nobody from hearing the rest. */
const patienceMs = 2000

/**
 * What makes a backup due (facts §9). Changes of the name database are a number and no warning, since a working domain always has some;
 * a changed domain is a warning until the next backup. `line`: null while the master cannot be asked.
 */
export async function checkDue({ domain }: Engine, past: PastBackups, line: Place | null): Promise<Finding[]> {
  const hosts = domain.servers.map(({ host }) => host)
  const late = sleep(patienceMs, null, { ref: false })
  const shapes = (await Promise.race([serverShapes(domain, hosts), late])) ?? (await serverShapes(domain, []))
  return hosts.flatMap((host): Finding[] => {
    const due = backupDue(host, shapes, past, line)
    const changes = changesSince(past.good.get(host), line)
    if (due.length === 0 && changes === null) return []
    const measures =
      changes === null ? [] : [{ label: `changes_${host}`, value: changes, unit: '' as const, warn: null, crit: null }]
    const words = (language: 'ja' | 'en') => {
      const reasons = due.map((one) => fill(message(`due.${one.reason}`)[language], { server: one.host }))
      return reasons.length > 0
        ? fill(message('due.server')[language], { server: host, reasons: reasons.join(', ') })
        : fill(message('due.none')[language], { server: host, count: changes ?? 0 })
    }
    const severity = due.length > 0 ? 'warning' : 'ok'
    return [{ id: 'backup-due', severity, text: { ja: words('ja'), en: words('en') }, measures }]
  })
}
