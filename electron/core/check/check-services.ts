import type { Finding } from '../../../shared/model/check.ts'
import type { Engine } from '../engine.ts'
import { serverStatuses } from '../servers/control.ts'

/** Services that are down without a run that has them down, and runs that died. */
export async function checkServices(engine: Engine): Promise<Finding[]> {
  const findings: Finding[] = []
  const working = new Set<string>()
  for (const { host } of engine.domain.servers) {
    const held = engine.runLock.inspect(host)
    if (held?.live) working.add(host)
    if (!held || held.live) continue
    const { runId } = held
    findings.push({
      id: 'unfinished-run',
      severity: 'critical',
      text: {
        ja: `${host}: 手順 ${runId} が途中で終わっています(untenseki runs rollback)`,
        en: `${host}: run ${runId} was never finished (untenseki runs rollback)`,
      },
      measures: [],
    })
  }
  let down = 0
  let all = 0
  for (const { host, services } of await serverStatuses(engine)) {
    all += services.length
    const stopped = services.filter(({ state }) => state !== 'running')
    if (stopped.length === 0) continue
    const names = stopped.map(({ name }) => name).join(', ')
    if (working.has(host)) {
      findings.push({
        id: 'run-in-progress',
        severity: 'ok',
        text: { ja: `${host}: 手順を実行中`, en: `${host}: a run is going on` },
        measures: [],
      })
      continue
    }
    down += stopped.length
    const moving = stopped.every(({ state }) => state === 'starting' || state === 'stopping')
    findings.push({
      id: 'services-down',
      severity: moving ? 'warning' : 'critical',
      text: { ja: `${host}: 停止 ${names}`, en: `${host}: down ${names}` },
      measures: [],
    })
  }
  const measures = [{ label: 'services_down', value: down, unit: '', warn: null, crit: 0 } as const]
  findings.push({
    id: 'services',
    severity: 'ok',
    text: { ja: `サービス ${all - down}/${all}`, en: `services ${all - down}/${all}` },
    measures,
  })
  return findings
}
