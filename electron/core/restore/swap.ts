import { chmodSync, chownSync, lutimesSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'
import { fsyncFolder } from '../../formats/durable-file.ts'
import { readRestoreMark, removeRestoreMark, writeRestoreMark } from '../../formats/restore-mark.ts'
import {
  type FolderFacts,
  type RestoreRecord,
  readRestoreRecord,
  writeRestoreRecord,
} from '../../formats/restore-record.ts'
import { errorText } from '../../formats/settings-error.ts'
import { leftBehindEnded, TIDY_MS } from '../ports/left-behind.ts'
import { bytesOf, found, makeMoves } from './moves.ts'

/** How the folder beside the live data is called that holds what is staged and what was replaced (own decision). */
export function workFolderName(runId: string): string {
  return `.untenseki-restore-${runId}`
}

/**
 * Exchanges the live data for the staged, all places of all servers as one. Intent and do-not-start marks are durable before the
 * first rename, so that a crash in between leaves a prefix of the moves that `settleSwap` makes whole, forward or back. What fails
 * is taken back before it is thrown: `restore-swap-failed`, `restore-interfered`.
 */
export function swap(stateFolder: string, record: RestoreRecord): RestoreRecord {
  const swapping: RestoreRecord = { ...record, phase: 'swapping' }
  writeRestoreRecord(stateFolder, swapping)
  try {
    return settleSwap(stateFolder, swapping, 'forward')
  } catch (error) {
    settleSwap(stateFolder, swapping, 'back')
    throw error
  }
}

/**
 * Brings a swap that was left in the middle, or made, wholly to one end, and lets the servers start again; idempotent, and may be
 * interrupted as often as it likes. Throws `restore-swap-failed`, `restore-interfered`; the marks stand then. Going on or away from what
 * was made needs room for marks and record, else `state-folder-failed`; going back from the middle needs none, because the record on
 * disk already says so: a disk that is full keeps no server down.
 */
export function settleSwap(stateFolder: string, record: RestoreRecord, direction: 'forward' | 'back'): RestoreRecord {
  const withoutRoom = direction === 'back' && record.phase === 'swapping'
  markAll(stateFolder, record, withoutRoom)
  makeMoves(record.moves, direction)
  for (const { path, before, after } of record.folders) applyFacts(path, direction === 'forward' ? after : before)
  const settled: RestoreRecord = { ...record, phase: direction === 'forward' ? 'swapped' : 'staging' }
  const recorded = tried(() => writeRestoreRecord(stateFolder, settled), withoutRoom)
  for (const host of record.hosts) removeRestoreMark(stateFolder, host)
  // What the marks took has room for it now; a record that still says `swapping` can be settled again.
  if (!recorded) tried(() => writeRestoreRecord(stateFolder, settled), true)
  return settled
}

/** Marks every server, or none of those that were not: a mark that nobody settles would keep its server down. */
function markAll(stateFolder: string, { runId, hosts, at }: RestoreRecord, withoutRoom: boolean): void {
  const unmarked: string[] = []
  for (const host of hosts) {
    const mark = readRestoreMark(stateFolder, host)
    if (mark === null) unmarked.push(host)
    else if (mark.runId !== runId) throw fail('restore-unsettled', { host, ...mark })
  }
  try {
    for (const host of unmarked) tried(() => writeRestoreMark(stateFolder, host, { runId, since: at }), withoutRoom)
  } catch (error) {
    for (const host of unmarked) removeRestoreMark(stateFolder, host)
    throw error
  }
}

/** Whether it could be done; without `mayFail` what is thrown is thrown on. */
function tried(work: () => void, mayFail: boolean): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (!mayFail) throw error
    return false
  }
}

function applyFacts(path: string, { mode, uid, gid, mtime }: FolderFacts): void {
  try {
    const place = bytesOf(path)
    const stat = found(path)
    if (Number(stat?.uid) !== uid || Number(stat?.gid) !== gid) chownSync(place, uid, gid)
    chmodSync(place, mode)
    lutimesSync(place, Number(mtime) / 1e9, Number(mtime) / 1e9)
    fsyncFolder(place)
  } catch (error) {
    throw fail('restore-swap-failed', { from: path, to: path, text: errorText(error) }, error)
  }
}

/** The swap that a mark on one of these servers tells of, to be settled before anything starts there; null when there is none. */
export function findUnsettledSwap(stateFolder: string, hosts: readonly string[]): RestoreRecord | null {
  for (const host of hosts) {
    const mark = readRestoreMark(stateFolder, host)
    const record = mark && readRestoreRecord(stateFolder, mark.runId)
    if (mark && !record) throw fail('restore-record-missing', { host, runId: mark.runId })
    if (record) return record
  }
  return null
}

/** Removes what was staged for a restore whose live data is untouched, once threads that a disk kept are gone (15 s at most). Idempotent. */
export async function discardStaged(stateFolder: string, record: RestoreRecord): Promise<RestoreRecord> {
  if (record.phase !== 'staging') throw fail('restore-not-discardable', { runId: record.runId, phase: record.phase })
  return removeWork(stateFolder, record, 'undone')
}

/** Removes the data that a restore replaced, for good. Idempotent. Throws `restore-not-discardable` unless its swap was made. */
export async function discardReplaced(stateFolder: string, record: RestoreRecord): Promise<RestoreRecord> {
  if (record.phase !== 'swapped' && record.phase !== 'discarded') {
    throw fail('restore-not-discardable', { runId: record.runId, phase: record.phase })
  }
  return removeWork(stateFolder, record, 'discarded')
}

async function removeWork(
  stateFolder: string,
  record: RestoreRecord,
  phase: 'undone' | 'discarded',
): Promise<RestoreRecord> {
  const name = workFolderName(record.runId)
  for (const work of new Set(record.places.map((place) => place.work))) {
    // A cancelled thread that a disk has kept may still be about to write there.
    await leftBehindEnded(TIDY_MS)
    // The one recursive removal of this product in a site's own folders: only ever of a folder with this restore's own name.
    if (basename(work) !== name) throw fail('restore-interfered', { path: work })
    await rm(bytesOf(work), { recursive: true, force: true }).catch((error: unknown) => {
      throw fail('restore-cleanup-failed', { path: work, text: errorText(error) }, error)
    })
    if (found(dirname(work)) !== null) fsyncFolder(bytesOf(dirname(work)))
  }
  const removed: RestoreRecord = { ...record, phase }
  writeRestoreRecord(stateFolder, removed)
  return removed
}

/** Whether a restore still keeps replaced data; for the list that an operator chooses from. */
export function keepsReplaced(record: RestoreRecord): boolean {
  return record.phase === 'swapped' && record.places.some(({ replaced }) => isFilled(replaced))
}

function isFilled(path: string): boolean {
  const stat = found(path)
  return stat !== null && (!stat.isDirectory() || readdirSync(bytesOf(path)).length > 0)
}
