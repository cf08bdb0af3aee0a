import { accessSync, constants } from 'node:fs'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { backupTargets } from '../../formats/targets.ts'
import type { Engine } from '../engine.ts'

/** Throws `not-permitted` (77) when a backup target cannot be read, or what `backupTargets` finds missing. */
export function checkPrivileges(engine: Engine, server: ServerConfig): void {
  for (const target of backupTargets(server)) {
    try {
      accessSync(target.path, constants.R_OK)
    } catch (error) {
      throw fail('not-permitted', { path: target.path, uid: engine.uid }, error)
    }
  }
}

/** Throws the first thing that speaks against writing this server's archive there; nothing is changed. */
export async function checkMedium(engine: Engine, server: ServerConfig, path: string | null): Promise<void> {
  if (path === null) throw fail('medium-path-missing')
  const targets = backupTargets(server).map((target) => target.path)
  const [first] = await engine.medium.check(path, { targets })
  if (first) throw new ProblemError(first)
}
