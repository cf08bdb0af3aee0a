import { statfsSync, statSync } from 'node:fs'
import { fail } from '../../../../shared/model/problem.ts'
import { type ArchiveAt, withSource } from '../archive-source.ts'
import { readManifest } from '../manifest-reader.ts'
import { unescapeName } from '../member-name.ts'
import type { JobContext } from '../meter.ts'
import { readSeal } from '../seal.ts'
import type { Mapping, Root } from './mapping.ts'

/**
 * Looks at the free space of each file system that members go to, before anything is put in place, as the manifest of an
 * archive with a sound seal tells their sizes (content alone); of others nothing is known beforehand. Where even all of the
 * stream would fit everywhere, the frame table is enough. Throws `extract-no-space`.
 */
export async function checkRoom(
  archive: ArchiveAt,
  mapping: Mapping,
  wants: (name: Buffer) => boolean,
  context: JobContext,
): Promise<void> {
  const places = new Map(mapping.roots.map((root) => [root, placeOf(root)]))
  const needed = new Map<number, number>()
  const add = (device: number, bytes: number) => needed.set(device, (needed.get(device) ?? 0) + bytes)
  const free = (path: string) => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  }
  await withSource(archive, async (source) => {
    const seal = await readSeal(source.readAt, source.size)
    if (seal === null) return
    const all = seal.frames.reduce((sum, { raw }) => sum + raw, 0)
    if ([...places.values()].every(({ path }) => all <= free(path))) return
    for await (const { path, type, size, stored } of readManifest(source, seal, isFile)) {
      context.checkCancelled()
      const name = unescapeName(path)
      const place = places.get(mapping.rootOf(name) ?? NOWHERE)
      if (place !== undefined && type === 'file' && wants(name)) add(place.device, stored ?? size)
    }
  })
  for (const { device, path } of places.values()) {
    const need = needed.get(device) ?? 0
    const there = free(path)
    if (need > there) throw fail('extract-no-space', { path, need, free: there })
  }
}

const NOWHERE: Root = { prefix: Buffer.alloc(0), to: '', folder: '', name: Buffer.alloc(0) }

function isFile(line: Buffer): boolean {
  return line.includes('"type":"file"')
}

/** An empty folder that is there may be another file system's root. */
function placeOf({ to, folder }: Root): { readonly path: string; readonly device: number } {
  const path = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true ? to : folder
  return { path, device: statSync(path).dev }
}
