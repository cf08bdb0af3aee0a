import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ServerConfig } from '../../shared/model/domain.ts'
import { fail } from '../../shared/model/problem.ts'
import { isInside } from './domain-rules.ts'
import { layoutFolders, publicInfoPath, serverRoot } from './layout.ts'
import { readAreas } from './parameter-file.ts'
import { readPublicInfo } from './public-info.ts'

/** One absolute path that a backup of the server takes, with everything below it. */
export type Target = { readonly path: string; readonly kind: 'folder' | 'database' | 'extra' }

/** Where `path` really lies: symbolic links of its nearest existing folder are followed. */
function realPlace(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : join(realPlace(parent), basename(path))
}

/** Throws `place-in-target` (78) when `place`, by its name or really, lies in one of the targets. */
function assertOutside(server: ServerConfig, targets: readonly Target[], place: string, what: string): void {
  const real = realPlace(place)
  const hit = targets.find(({ path }) => isInside(place, path) || isInside(real, realPlace(path)))
  if (hit === undefined) return
  const file = publicInfoPath(server)
  throw fail('place-in-target', { host: server.host, place, what, target: hit.path, file })
}

function allTargets(server: ServerConfig): readonly Target[] {
  const root = serverRoot(server)
  const files = readAreas(server).flatMap((area) => area.files)
  return [
    ...layoutFolders.map((folder) => ({ path: join(root, folder), kind: 'folder' }) as const),
    ...files.map((file) => ({ path: file.path, kind: 'database' }) as const),
    ...server.extraTargets.map((path) => ({ path, kind: 'extra' }) as const),
  ]
}

/**
 * Throws `place-in-target` (78) for a `MNG_JOURNAL` inside a target: a restore would bring back old journals over new
 * ones. Asked before anything of the server is started, stopped, cleared or copied.
 */
export function assertJournalOutside(server: ServerConfig, targets: readonly Target[] = allTargets(server)): void {
  const { mngJournal } = readPublicInfo(server)
  if (mngJournal !== null) assertOutside(server, targets, mngJournal, 'MNG_JOURNAL')
}

/** Whether the target is there and is what it should be; one that cannot even be looked at counts as missing. */
function isThere({ path, kind }: Target): boolean {
  try {
    if (kind === 'extra') return lstatSync(path, { throwIfNoEntry: false }) !== undefined
    return statSync(path).isDirectory() === (kind === 'folder')
  } catch {
    return false
  }
}

/**
 * What a backup of the server takes, computed and never typed: the layout's folders, every database file of its
 * 初期設定パラメタファイル, and the domain file's extra targets, in this order; one that lies in another is listed all the
 * same. Throws, all 78 and before anything is stopped: `target-missing`, `settings-file-unreadable`,
 * `settings-file-wrong`, and `place-in-target` for a `MNG_JOURNAL` inside a target.
 */
export function backupTargets(server: ServerConfig): readonly Target[] {
  const targets = allTargets(server)
  assertJournalOutside(server, targets)
  const missing = targets.find((target) => !isThere(target))
  if (missing !== undefined) throw fail('target-missing', { host: server.host, target: missing.path })
  return targets
}

/**
 * Call it once the Object Server is down: throws `object-server-unclean` when a database file has a non-empty
 * `-journal` or `-wal` beside it, so that a copy of the named files alone would be no whole database.
 */
export function assertCleanDatabase(server: ServerConfig): void {
  for (const { files } of readAreas(server)) {
    for (const { path } of files) {
      const dirty = [`${path}-journal`, `${path}-wal`].find(
        (file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0,
      )
      if (dirty !== undefined) throw fail('object-server-unclean', { host: server.host, file: dirty })
    }
  }
}
