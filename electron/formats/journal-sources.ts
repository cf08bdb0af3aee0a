import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Change } from '../../shared/model/change.ts'
import type { Domain, ServerConfig } from '../../shared/model/domain.ts'
import type { Position } from '../../shared/model/position.ts'
import { toProblem } from '../../shared/model/problem.ts'
import type { CorruptPlace, RepairSource } from '../../shared/model/repair.ts'
import { type JournalPlace, journalPlaces, serverJournal } from './journal-place.ts'
import { readWhatIsWhole } from './journal-record.ts'

/** A file that may hold records, oldest first within one journal. */
export type SourceFile = Pick<RepairSource, 'kind' | 'host'> & { readonly file: string }

/** What was found in one file, besides its records. */
export type SourceFound = { readonly source: RepairSource; readonly damage: readonly Damage[] }

/** A damaged place with the records around it in that file; null where there is none. */
export type Damage = {
  readonly place: CorruptPlace
  readonly after: Position | null
  readonly before: Position | null
  /** How many lines cannot be read. */
  readonly lines: number
}

/** Lines between two turns of the event loop: a service answers while it reads. */
const aTurn = 100

const sealedName = /^([1-9]\d{0,14})(\.sealing|\.discarding)?$/

/** The files of one journal: sealed segments, those being sealed (or discarded) when a process was killed, the current one. */
function filesOf(place: JournalPlace): readonly SourceFile[] {
  const names = existsSync(place.sealedFolder) ? readdirSync(place.sealedFolder) : []
  const sealed = names
    .flatMap((name) => {
      const found = sealedName.exec(name)
      return found === null ? [] : [{ name, id: Number(found[1]), whole: found[2] === undefined }]
    })
    .sort((one, other) => one.id - other.id)
    .flatMap(({ name, whole }) => {
      const folder = join(place.sealedFolder, name, 'journal')
      const files = existsSync(folder) ? readdirSync(folder).sort() : []
      const kind = whole ? ('sealed' as const) : ('sealing' as const)
      return files.map((file) => ({ kind, host: place.host, file: join(folder, file) }))
    })
  return [...sealed, { kind: 'current', host: place.host, file: place.file }]
}

/**
 * Every file that may hold records of a domain's changes: the journals in force, and those of `extra`: journal folders that
 * were in force before (a `MNG_JOURNAL`), single files with collected records. Trusts no metadata: what stands there is read.
 */
export function sourceFiles(domain: Pick<Domain, 'servers'>, extra: readonly string[]): readonly SourceFile[] {
  const master = domain.servers.find((server) => server.roles.includes('master'))
  const found = survivingPlaces(domain, master).flatMap(filesOf)
  for (const path of extra) {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    if (!isFolder) found.push({ kind: 'collected', host: master?.host ?? '', file: path })
    else if (master !== undefined) found.push(...filesOf(formerPlace(master.host, path)))
  }
  const seen = new Set<string>()
  return found.filter(({ file }) => !seen.has(file) && seen.add(file))
}

/** Where the master's settings are lost with their disk, only `extra` can tell of its own journal; the others' places are fixed. */
function survivingPlaces(domain: Pick<Domain, 'servers'>, master: ServerConfig | undefined): readonly JournalPlace[] {
  try {
    return journalPlaces(domain)
  } catch (error) {
    if (master === undefined || toProblem(error).code !== 'settings-file-unreadable') throw error
    const others = domain.servers.filter((server) => server !== master)
    return others.map(({ host }) => serverJournal(master, host))
  }
}

/** The master's journal as it stood under a `MNG_JOURNAL` of before. */
function formerPlace(host: string, folder: string): JournalPlace {
  const journal = join(folder, 'MCH_JOURNAL')
  return {
    host,
    folder: journal,
    file: join(journal, 'registration.journal'),
    wholeFolder: true,
    sealedFolder: join(folder, 'journal-sealed', basename(host)),
    warning: null,
  }
}

/**
 * Hands every whole record of a file with its length to `take`, in its order, and tells where it cannot be read. A record stands for
 * itself: damage before it takes nothing from it. Only a torn last line is no damage. Throws only what `signal` is aborted with.
 */
export async function readSource(
  file: SourceFile,
  take: (change: Change, bytes: number) => void,
  signal?: AbortSignal,
): Promise<SourceFound> {
  let lines = 0
  let records = 0
  let first: Position | null = null
  let last: Position | null = null
  const damage: Damage[] = []
  const open: Omit<Damage, 'before'>[] = []
  const close = (before: Position | null): void => {
    for (const one of open.splice(0)) damage.push({ ...one, before })
  }
  const spoil = (place: CorruptPlace): void => {
    const [begun] = open.splice(0)
    open.push({ place: begun?.place ?? place, after: last, lines: (begun?.lines ?? 0) + 1 })
  }
  try {
    for (const found of readWhatIsWhole(file.file)) {
      lines += 1
      if (lines % aTurn === 0) await setImmediate()
      signal?.throwIfAborted()
      if ('corrupt' in found) {
        spoil(found.corrupt)
        continue
      }
      const { previous: _, ...change } = found.record
      const position = { timeline: change.timeline, number: change.number }
      close(position)
      records += 1
      first ??= position
      last = position
      take(change, found.bytes)
    }
  } catch (error) {
    signal?.throwIfAborted()
    const text = error instanceof Error ? error.message : String(error)
    spoil({ file: file.file, line: 0, offset: 0, text })
  }
  close(null)
  return { source: { ...file, records, first, last }, damage }
}
