import type { Snapshot } from '../console.ts'

/** What a console shows before it heard of anything. */
export const emptySnapshot: Snapshot = {
  revision: 0,
  domain: { name: 'd', file: '/d', backups: '/b' },
  operator: 'o',
  host: 'h',
  preferences: { language: 'ja', openNameDatabase: true },
  servers: [],
  directory: { kind: 'unknown' },
  session: { kind: 'off', ended: null },
  lock: { kind: 'none' },
  activities: [],
  run: null,
  backups: { newest: null, last: [], coverage: [], behind: null, problem: null },
  schedule: null,
  tasks: [],
  archive: null,
}
