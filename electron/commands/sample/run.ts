import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { masterOf } from '../../core/engine.ts'
import { archiveName } from '../../core/operations/archive-name.ts'
import { findUnfinished } from '../../core/operations/rollback.ts'
import { runBackup } from '../backup-run.ts'
import { settleUnfinished } from '../runs/rollback.ts'
import type { Verb } from '../verb.ts'
import { sampleEngine, startAll, whatIsDown } from './engine.ts'

/** For `npm start` without a display: the main job in the terminal, asking nothing, leaving the domain as it was. */
export const runSampleVerb: Verb = {
  name: 'run-sample',
  hidden: true,
  about: {
    ja: 'サンプルドメインのマスタ管理サーバを,端末だけでバックアップする',
    en: "back up the sample domain's master, in the terminal alone",
  },
  examples: ['untenseki run-sample'],
  async work(call) {
    const { output, context } = call
    output.log({
      ja: '表示装置がないため,同じ作業を端末で実行します',
      en: 'there is no display, so the same job runs in the terminal',
    })
    const engine = await sampleEngine(call)
    if (findUnfinished(engine)) await settleUnfinished(engine, output)
    const down = await whatIsDown(engine)
    try {
      await startAll(engine, call)
      const { backups } = engine.domain.folders
      mkdirSync(backups, { recursive: true, mode: 0o700 })
      const master = masterOf(engine.domain)
      const to = join(backups, archiveName(engine.domain, master, engine.clock.now()))
      const { host } = master
      const options = { waitMs: 0, downtimeLimitMs: null }
      const request = { runbook: 'unattended-backup', hosts: [host], places: [{ host, to }], options } as const
      return await runBackup(engine, request, output, context)
    } finally {
      for (const { server, service } of down) await engine.driver(server.host, service.id).stop()
    }
  },
}
