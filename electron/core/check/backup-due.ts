import type { ArchiveSummary } from '../../../shared/model/archive.ts'
import type { Due } from '../../../shared/model/history.ts'
import { isAncestor, isBehind, type Place, type Position } from '../../../shared/model/position.ts'
import type { RunState } from '../../../shared/model/run-state.ts'
import type { ServerShape } from '../../../shared/model/server-shape.ts'

/** A verified archive of a server, and when its run began (ISO 8601, UTC): older than that nothing in it is. */
export interface GoodBackup {
  readonly archive: ArchiveSummary
  readonly at: string
  readonly endedAt: string | null
  /** The domain's servers as they were then; null where that is not on record. */
  readonly servers: readonly ServerShape[] | null
}

/** What the runs on record tell of backups. */
export interface PastBackups {
  /** The newest good backup of each server, by host; a server without one has no entry. */
  readonly good: ReadonlyMap<string, GoodBackup>
  /** Hosts that were not yet there when some backup began; of a server that has a good one, this need not be told. */
  readonly added: ReadonlySet<string>
}

/** Reads runs, newest first, until every one of `hosts` has its backup. */
export function pastBackups(runs: Iterable<RunState>, hosts: readonly string[]): PastBackups {
  const good = new Map<string, GoodBackup>()
  const added = new Set<string>()
  for (const { archives, startedAt, endedAt, servers } of runs) {
    for (const archive of archives) {
      if (!good.has(archive.host)) good.set(archive.host, { archive, at: startedAt, endedAt, servers })
    }
    if (servers !== null) for (const host of hosts) if (!servers.some((one) => one.host === host)) added.add(host)
    if (hosts.every((host) => good.has(host))) break
  }
  return { good, added }
}

/** How many changes the name database had since a backup; null where it cannot be told, or is of a line that was left. */
export function changesSince(backup: GoodBackup | undefined, line: Place | null): number | null {
  const position = backup?.archive.position ?? null
  if (position === null || line === null || !isAncestor(position, line)) return null
  return line.position.number - position.number
}

/**
 * What makes a backup of a server due beside changes of the name database (facts §9, N6 table 15-1): of the master when the
 * domain's servers or sites are others than they were at its newest good backup, of a server that was added or has become a mail server, and of
 * any whose settings changed. `shapes`: the servers now; `line`: where the domain is, null where nobody can tell.
 */
export function backupDue(
  host: string,
  shapes: readonly ServerShape[],
  { good, added }: PastBackups,
  line: Place | null,
): readonly Due[] {
  const now = shapes.find((one) => one.host === host)
  const backup = good.get(host)
  if (now === undefined) return []
  if (backup === undefined) return added.has(host) ? [{ reason: 'server-added', host }] : []
  const { position } = backup.archive
  const left: readonly Due[] = isLeft(position, line) ? [{ reason: 'line-left', host }] : []
  if (backup.servers === null) return left
  const then = backup.servers.find((one) => one.host === host)
  const others = now.roles.includes('master') ? ofDomain(backup.servers, shapes) : then ? mailSetUp(then, now) : []
  const settings = then?.settings ?? null
  const changed = settings !== null && now.settings !== null && settings !== now.settings
  return [...left, ...others, ...(changed ? [{ reason: 'settings-changed', host } as const] : [])]
}

/** Whether no way leads from there to where the domain is; a domain that went back is told otherwise. */
function isLeft(position: Position | null, line: Place | null): boolean {
  if (position === null || line === null || isAncestor(position, line)) return false
  return !isBehind(line.position, { position, ancestry: line.ancestry })
}

function ofDomain(then: readonly ServerShape[], now: readonly ServerShape[]): readonly Due[] {
  const before = (host: string) => then.find((one) => one.host === host)
  const gone = then.filter(({ host }) => !now.some((one) => one.host === host))
  return [
    ...now.flatMap((one): readonly Due[] => {
      const known = before(one.host)
      return known ? ofServer(known, one) : [{ reason: 'server-added', host: one.host }]
    }),
    ...gone.map(({ host }): Due => ({ reason: 'server-removed', host })),
  ]
}

function ofServer(then: ServerShape, now: ServerShape): readonly Due[] {
  const { host } = now
  const rest = ({ name, layout, prefix, roles }: ServerShape) =>
    JSON.stringify([
      name,
      layout,
      prefix,
      roles.filter((role) => role !== 'mail').sort(),
      isMail(then) && roles.includes('mail'),
    ])
  return [
    ...mailSetUp(then, now),
    ...(then.site === now.site ? [] : [{ reason: 'site-changed', host } as const]),
    ...(rest(then) === rest(now) ? [] : [{ reason: 'server-changed', host } as const]),
  ]
}

function mailSetUp(then: ServerShape, now: ServerShape): readonly Due[] {
  return isMail(now) && !isMail(then) ? [{ reason: 'mail-set-up', host: now.host }] : []
}

function isMail({ roles }: ServerShape): boolean {
  return roles.includes('mail')
}
