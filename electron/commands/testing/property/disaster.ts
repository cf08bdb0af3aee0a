import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { serverRoot } from '../../../formats/layout.ts'
import type { Disaster, Fate, Host } from './operations.ts'
import { filesBelow, journalFolders } from './survivors.ts'
import { serverOf, type World } from './world.ts'

/**
 * What of a disaster befalls this domain. Some newest piece always survives somewhere: of a domain of which every copy and every trace is
 * gone, nobody could say what was lost.
 */
export function spared(world: World, one: Disaster): Disaster {
  if (one.disks.length < 3) return one
  if (!world.journal) return { ...one, disks: ['hq-mas', 'tk-ml1'] }
  return { ...one, own: one.own === 'gone' || one.own === 'old-gone' ? newestPiece(world) : one.own }
}

/** The least that may be left of the master's own journal: the current one, or all of it where that is empty. */
function newestPiece({ domain }: World): Fate {
  const files = filesBelow(journalFolders(serverOf(domain, 'hq-mas')).own)
  const current = files.filter((file) => file.endsWith('.journal') && !file.includes('journal-sealed'))
  return current.some((file) => statSync(file).size > 0) ? 'old-gone' : 'kept'
}

/**
 * Where the master's data and every journal go, the servers have the newest piece only once they were sent it: what nobody was sent
 * yet leaves no trace by which it could be listed.
 */
export async function sparedWhereNotSent(world: World, one: Disaster): Promise<Disaster> {
  if (!one.disks.includes('hq-mas') || (world.journal && one.own !== 'gone')) return one
  const { code } = await world.commands.run(['replication', '--wait', '30'])
  if (code === 0) return one
  return world.journal
    ? { ...one, own: newestPiece(world) }
    : { ...one, servers: 'kept', disks: one.disks.filter((host) => host !== 'hq-mas') }
}

/** Breaks what the disaster names; its processes were killed before. */
export function strike({ domain }: World, { own, servers, disks, pick }: Disaster): void {
  const master = serverOf(domain, 'hq-mas')
  const folders = journalFolders(master)
  spoil([folders.own], own, pick)
  spoil(folders.servers, servers, pick)
  for (const host of disks) rmSync(join(serverOf(domain, host).prefix, 'var'), { recursive: true })
}

function spoil(folders: readonly string[], fate: Fate, pick: number): void {
  const files = folders.flatMap(filesBelow)
  switch (fate) {
    case 'kept':
      return
    case 'gone':
      for (const folder of folders) for (const name of namesIn(folder)) rmSync(join(folder, name), { recursive: true })
      return
    case 'old-gone':
      for (const folder of folders) dropSealed(folder)
      return
    case 'damaged': {
      const records = files.filter((file) => file.endsWith('.journal') && readFileSync(file).length > 0)
      const file = records[pick % Math.max(1, records.length)]
      if (file !== undefined) damage(file, pick)
      return
    }
  }
}

/** Takes away all that a folder holds. */
export function empty(folder: string): void {
  for (const name of namesIn(folder)) rmSync(join(folder, name), { recursive: true })
}

/** Takes away every sealed segment. */
function dropSealed(folder: string): void {
  const sealed = basename(folder) === 'journal-sealed' ? folder : join(folder, 'journal-sealed')
  for (const host of namesIn(sealed)) {
    for (const segment of namesIn(join(sealed, host))) rmSync(join(sealed, host, segment), { recursive: true })
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A bad sector in the middle of one record: its line stays a line. */
export function damage(file: string, pick: number): void {
  const bytes = readFileSync(file)
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 0x0a)
  const line = pick % Math.max(1, ends.length)
  const [begin, end] = [line === 0 ? 0 : (ends[line - 1] ?? 0) + 1, ends[line] ?? bytes.length]
  bytes.fill('X', begin + Math.floor((end - begin) / 3), begin + Math.floor((end - begin) / 2))
  writeFileSync(file, bytes)
}

/** Whether a server's disk has nothing on it. */
export function isLost(world: World, host: Host): boolean {
  return namesIn(serverRoot(serverOf(world.domain, host))).length === 0
}
