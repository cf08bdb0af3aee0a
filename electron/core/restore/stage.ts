import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { joinAncestry, type Timeline } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { RepairLead, RepairMark } from '../../../shared/model/repair.ts'
import { isInside } from '../../formats/domain-rules.ts'
import { listDiscarded, newestSealed } from '../../formats/journal-discarded.ts'
import { listSegments } from '../../formats/journal-metadata.ts'
import { serverJournal } from '../../formats/journal-place.ts'
import { samePosition, scanJournal } from '../../formats/journal-record.ts'
import { serverJournalFolder } from '../../formats/layout.ts'
import { readRepairMark, repairMarkPath, writeRepairMark } from '../../formats/repair-mark.ts'
import type { RestorePlace, RestoreRecord } from '../../formats/restore-record.ts'
import { writeRestoreRecord } from '../../formats/restore-record.ts'
import { extractArchive } from '../archive/extract/extract.ts'
import { escapeName } from '../archive/member-name.ts'
import { withArchiveOn } from '../archive/remote-source.ts'
import { type Engine, masterOf, serverOf } from '../engine.ts'
import type { ReadOptions } from './check-archive.ts'
import { bytesOf } from './moves.ts'
import type { PlannedRestore } from './plan.ts'
import { makeWorkFolders, planMoves, putAside } from './staging.ts'

/**
 * Unpacks every archive of a restore beside the live data, which stays untouched, and makes it ready to be exchanged: it is
 * proven to be what was verified and to hold the position that it should, journals that are live are kept, and the mark 修復待ち
 * stands inside it. The record is durable before the first folder is made, so that whatever a crash leaves can be found.
 */
export async function stageRestore(
  engine: Engine,
  planned: PlannedRestore,
  runId: string,
  leads: ReadonlyMap<string, RepairLead>,
  { nextVolume, ...options }: ReadOptions,
): Promise<RestoreRecord> {
  const stateFolder = engine.domain.folders.state
  const places = planned.held.map(({ place }) => place)
  const begun: RestoreRecord = {
    runId,
    hosts: planned.plan.archives.map(({ host }) => host),
    at: engine.clock.now().toISOString(),
    phase: 'staging',
    places,
    moves: [],
    folders: [],
    archives: planned.archives.map(({ archive, header }) => ({ path: archive.path, sha256: archive.sha256, header })),
  }
  writeRestoreRecord(stateFolder, begun)
  makeWorkFolders(places)
  for (const { archive, header } of planned.archives) {
    const own = places.filter(({ host }) => host === header.host)
    const into = own.map(({ path, staged }) => ({ prefix: path, to: String(bytesOf(staged)) }))
    const extracted = await withArchiveOn(engine.medium, archive.path, { signal: options.signal, nextVolume }, (at) =>
      extractArchive({ ...options, archive: at, into }),
    )
    // It is verified once more on its way; that it is still the one that was planned with, only its header tells.
    if (JSON.stringify(extracted.header) !== JSON.stringify(header))
      throw fail('archive-changed', { path: archive.path })
    const server = serverOf(engine.domain, header.host)
    checkStaged(engine, server, own, archive.position)
    markStaged(engine, server, own, leads.get(server.host))
  }
  const keep = keptFolder(engine, begun.hosts)
  if (keep !== null) putAside(places, keep, staleJournal(masterOf(engine.domain)))
  const staged: RestoreRecord = { ...begun, ...planMoves(places, keep) }
  writeRestoreRecord(stateFolder, staged)
  return staged
}

/** Journals stand on the master alone. */
function keptFolder(engine: Engine, hosts: readonly string[]): string | null {
  const master = masterOf(engine.domain)
  return hosts.includes(master.host) ? escapeName(Buffer.from(serverJournalFolder(master))) : null
}

/** An archived journal that does not go on from the newest sealed segment would break that journal's line. */
function staleJournal(master: ServerConfig): (staged: string, name: string) => boolean {
  return (staged, name) => {
    const place = { ...serverJournal(master, basename(name, '.journal')), file: String(bytesOf(staged)) }
    const sealed = newestSealed(listSegments(place), listDiscarded(place))
    return sealed !== undefined && !samePosition(scanJournal(place.file).before, sealed.last)
  }
}

/** Where something of the live data lies in what is staged; its own place where no archive holds it. */
function stagedPath(places: readonly RestorePlace[], path: string): string {
  for (const each of [path, realPlace(path)]) {
    const escaped = escapeName(Buffer.from(each))
    const place = places.find((one) => isInside(escaped, one.path))
    if (place) return String(bytesOf(`${place.staged}${escaped.slice(place.path.length)}`))
  }
  return path
}

function realPlace(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : join(realPlace(parent), basename(path))
}

function checkStaged(
  engine: Engine,
  server: ServerConfig,
  places: readonly RestorePlace[],
  position: { readonly timeline: string; readonly number: number } | null,
): void {
  const found = engine.databaseFile.check(server, (path) => stagedPath(places, path))
  if (samePosition(found, position)) return
  throw fail('restore-position-differs', {
    host: server.host,
    found: found?.number ?? '-',
    number: position?.number ?? '-',
  })
}

/** Keeps what an earlier mark knew of, in the archive or live: a server restored twice still needs its first journals. */
function markStaged(
  engine: Engine,
  server: ServerConfig,
  places: readonly RestorePlace[],
  lead: RepairLead | undefined,
): void {
  const live = repairMarkPath(server)
  const file = stagedPath(places, live)
  const known = [lead, readRepairMark(file), readRepairMark(live)]
  const mark: RepairMark = {
    since: engine.clock.now().toISOString(),
    why: 'restored',
    by: engine.owner,
    ahead: null,
    sources: [...new Set(known.flatMap((one) => one?.sources ?? []))],
    timelines: known.reduce<Timeline[]>((sum, one) => [...joinAncestry(sum, one?.timelines ?? [])], []),
  }
  writeRepairMark(file, mark)
}
