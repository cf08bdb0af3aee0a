import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveHeader } from '../../../shared/model/archive.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { listArchive } from '../archive/list.ts'

/** The header of an archive, without reading the rest of it. Throws what `listArchive` throws. */
async function readArchiveHeader(path: string, workerPath: string): Promise<ArchiveHeader> {
  const found: { header?: ArchiveHeader } = {}
  const enough = new AbortController()
  await listArchive(
    path,
    { workerPath, signal: enough.signal },
    {
      header: (header) => {
        found.header = header
      },
      entry: () => enough.abort(),
    },
  ).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error
  })
  if (found.header === undefined) throw fail('archive-not-an-archive', { path })
  return found.header
}

/** What is asked to be restored: an archive file, or a folder in which the newest archives of these servers are looked for. */
export interface RestoreSource {
  readonly hosts: readonly string[]
  /** Absolute. */
  readonly from: string
}

/**
 * The archive of each server that is meant. In a folder: of several servers the newest set that holds all of them, of one its newest
 * archive; newest by change number, never by clock. Throws `restore-archive-none`, `restore-set-incomplete`, `restore-archive-unclear`
 * (64) where two timelines are there, and for a file what its header says against it.
 */
export async function chooseArchives(
  domain: string,
  { hosts, from }: RestoreSource,
  workerPath: string,
): Promise<ReadonlyMap<string, string>> {
  const stat = statSync(from, { throwIfNoEntry: false })
  const [host] = hosts
  if (!stat?.isDirectory()) {
    if (hosts.length !== 1 || host === undefined)
      throw fail('restore-folder-needed', { path: from, hosts: hosts.join(', ') })
    return new Map([[host, from]])
  }
  const there = await headersIn(from, domain, workerPath)
  const sets = new Map<string, Map<string, Candidate>>()
  for (const one of there) {
    if (!hosts.includes(one.header.host)) continue
    // A server alone needs no set: each of its archives stands for itself.
    const id = hosts.length === 1 ? one.path : one.header.setId
    const set = sets.get(id) ?? new Map<string, Candidate>()
    set.set(one.header.host, one)
    sets.set(id, set)
  }
  if (sets.size === 0) throw fail('restore-archive-none', { path: from, hosts: hosts.join(', ') })
  const whole = [...sets.values()].filter((set) => set.size === hosts.length)
  if (whole.length === 0) throw fail('restore-set-incomplete', { path: from, hosts: hosts.join(', ') })
  const timelines = new Set(whole.flatMap((set) => [...set.values()].map(({ header }) => header.position?.timeline)))
  if (timelines.size > 1) throw fail('restore-archive-unclear', { path: from, hosts: hosts.join(', ') })
  const [newest] = whole.sort((one, other) => numberOf(other) - numberOf(one))
  return new Map([...(newest ?? [])].map(([each, { path }]) => [each, path]))
}

type Candidate = { readonly path: string; readonly header: ArchiveHeader }

function numberOf(set: ReadonlyMap<string, Candidate>): number {
  return Math.min(...[...set.values()].map(({ header }) => header.position?.number ?? -1))
}

/** Archives of that domain; what lies there beside them is passed over, and so is what cannot be read as one. */
async function headersIn(folder: string, domain: string, workerPath: string): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  for (const name of readdirSync(folder).sort()) {
    if (!/\.tar\.(zst|gz)(\.age)?$/.test(name)) continue
    const path = join(folder, name)
    try {
      const header = await readArchiveHeader(path, workerPath)
      if (header.domain === domain) found.push({ path, header })
    } catch (error) {
      if (toProblem(error).code === 'internal') throw error
    }
  }
  return found
}
