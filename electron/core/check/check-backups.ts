import { existsSync } from 'node:fs'
import type { Finding } from '../../../shared/model/check.ts'
import { type Engine, masterOf } from '../engine.ts'
import { type GoodBackup, type PastBackups, pastBackups } from './backup-due.ts'
import type { Thresholds } from './check.ts'
import { readableRuns } from './readable-runs.ts'

/** What all readable runs on record tell of backups. */
export function backupsOnRecord(engine: Engine): PastBackups {
  const hosts = engine.domain.servers.map(({ host }) => host)
  return pastBackups(readableRuns(engine), hosts)
}

/**
 * The age of each server's newest good backup. The master has to have one; another server, once it was ever backed up
 * (own decision: which servers a site backs up is nowhere else to be told).
 */
export function checkBackups(
  engine: Engine,
  good: ReadonlyMap<string, GoodBackup>,
  { warnMs, critMs }: Thresholds,
): Finding[] {
  const findings: Finding[] = []
  const master = masterOf(engine.domain)
  if (!good.has(master.host)) {
    findings.push({
      id: 'no-backup',
      severity: 'critical',
      text: { ja: `${master.host}: 正常なバックアップがありません`, en: `${master.host}: there is no good backup` },
      measures: [],
    })
  }
  for (const { host } of engine.domain.servers) {
    const backup = good.get(host)
    if (backup) findings.push(...ageOf(engine, host, backup, warnMs, critMs))
  }
  return [...findings, ...lastRun(engine)]
}

function ageOf(engine: Engine, host: string, { archive, at }: GoodBackup, warnMs: number, critMs: number): Finding[] {
  const age = Math.max(0, engine.clock.now().getTime() - Date.parse(at))
  const hours = (age / 3_600_000).toFixed(1)
  const findings: Finding[] = [
    {
      id: 'backup-age',
      severity: age >= critMs ? 'critical' : age >= warnMs ? 'warning' : 'ok',
      text: { ja: `${host}: 前回のバックアップ ${hours} 時間前`, en: `${host}: last backup ${hours} h ago` },
      measures: [
        { label: `age_${host}`, value: Math.round(age / 1000), unit: 's', warn: warnMs / 1000, crit: critMs / 1000 },
      ],
    },
  ]
  if (!archive.path.startsWith('/dev/') && !existsSync(archive.path)) {
    findings.push({
      id: 'archive-gone',
      severity: 'warning',
      text: {
        ja: `${host}: アーカイブ ${archive.path} がありません`,
        en: `${host}: the archive ${archive.path} is gone`,
      },
      measures: [],
    })
  }
  return findings
}

/** A newest run that failed is worth a word although the backup before it may be young enough. */
function lastRun(engine: Engine): Finding[] {
  for (const { runbook, outcome, runId, problem } of readableRuns(engine)) {
    if (!/backup/.test(runbook) || outcome === null) continue
    if (!/^failed|refused|cancelled/.test(outcome)) return []
    const why = problem?.message ?? { ja: '', en: '' }
    const text = { ja: `前回の実行 ${runId}: ${outcome} ${why.ja}`, en: `last run ${runId}: ${outcome} ${why.en}` }
    return [{ id: 'last-run-failed', severity: 'warning', text, measures: [] }]
  }
  return []
}
