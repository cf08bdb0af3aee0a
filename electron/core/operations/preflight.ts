import { accessSync, constants } from 'node:fs'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { parameterFilePath, publicInfoPath } from '../../formats/layout.ts'
import { assertJournalOutside, backupTargets } from '../../formats/targets.ts'
import { codecForName } from '../archive/codec.ts'
import { measureTargets } from '../archive/create.ts'
import { isSealedName } from '../archive/sealed/keyring.ts'
import type { Engine } from '../engine.ts'
import type { MediumChoices } from './backup/request.ts'

/** Throws `place-in-target` (78) for a `MNG_JOURNAL` inside a backup target of that server. */
export function assertSettings(server: ServerConfig): void {
  assertJournalOutside(server)
}

/** Throws what is wrong with the settings of any server (78): a missing target, a `MNG_JOURNAL` inside one. */
export function checkTargets(engine: Engine): void {
  for (const server of engine.domain.servers) backupTargets(server)
}

/** Throws `not-permitted` (77) when a backup target cannot be read, or what `backupTargets` finds missing. */
export function checkPrivileges(engine: Engine, server: ServerConfig): void {
  // The settings name the targets, so they are asked first; whether they are there is for their readers to say.
  for (const file of [publicInfoPath(server), parameterFilePath(server)]) assertReadable(engine, file, ['EACCES'])
  for (const target of backupTargets(server)) assertReadable(engine, target.path)
}

function assertReadable(engine: Engine, path: string, codes?: readonly string[]): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    if (codes && !codes.includes((error as NodeJS.ErrnoException).code ?? '')) return
    throw fail('not-permitted', { path, uid: engine.uid }, error)
  }
}

/**
 * Throws the first thing that speaks against writing this server's archive there, its size included; one volume may be too
 * small where another can be asked for. Changes nothing.
 */
export async function checkMedium(
  engine: Engine,
  server: ServerConfig,
  path: string | null,
  choices: MediumChoices = {},
): Promise<void> {
  if (path === null) throw fail('medium-path-missing')
  codecForName(path)
  isSealedName(path)
  const targets = backupTargets(server).map((target) => target.path)
  const { workerPath } = engine
  const { expectedBytes } = await measureTargets(targets, { workerPath })
  const [first] = await engine.medium.check(path, { ...choices, targets, needBytes: expectedBytes })
  if (first) throw new ProblemError(first)
}
