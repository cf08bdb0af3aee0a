import { readdirSync, statfsSync } from 'node:fs'
import type { Finding } from '../../../shared/model/check.ts'
import type { Engine } from '../engine.ts'
import type { GoodBackup } from './backup-due.ts'

/** Room for the next round in the folder for archives, and what dead runs left there. */
export function checkRoom(engine: Engine, good: ReadonlyMap<string, GoodBackup>): Finding[] {
  const { backups } = engine.domain.folders
  let names: readonly string[]
  try {
    names = readdirSync(backups)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
  const { bavail, bsize } = statfsSync(backups)
  const free = bavail * bsize
  // One round as large as the last, and half of it again for growth, before there is any doubt.
  const last = [...good.values()].reduce((sum, { archive }) => sum + archive.bytes, 0)
  const warn = Math.ceil(last * 1.5)
  const room: Finding = {
    id: 'room',
    severity: free < last ? 'critical' : free < warn ? 'warning' : 'ok',
    text: { ja: `${backups}: 空き ${mega(free)} MB`, en: `${backups}: ${mega(free)} MB free` },
    measures: [{ label: 'free', value: free, unit: 'B', warn, crit: last }],
  }
  const live = engine.domain.servers.some(({ host }) => engine.runLock.inspect(host)?.live === true)
  const left = names.filter((name) => name.endsWith('.partial'))
  if (left.length === 0 || live) return [room]
  const text = { ja: `書きかけのアーカイブ: ${left.join(', ')}`, en: `unfinished archives: ${left.join(', ')}` }
  return [room, { id: 'partial', severity: 'warning', text, measures: [] }]
}

function mega(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024)
}
