import { join } from 'node:path'
import type { Command } from 'commander'
import type { Engine } from '../../core/engine.ts'
import type { Both } from '../output.ts'
import type { Call } from '../verb.ts'

/** The option of every verb that works on a whole domain. */
export interface RootOption {
  readonly root?: string
}

export function withRoot(command: Command, pick: (text: Both) => string): void {
  command.option('--root <dir>', pick({ ja: 'サンプルドメインのフォルダ', en: 'folder of the sample domain' }))
}

/** The domain of `--root`, else the one that `--config` and its fallbacks name. */
export function domainEngine(call: Call<RootOption>): Engine {
  const { root } = call.options
  return root === undefined ? call.engine() : call.context.compose(join(call.path(root), 'untenseki.yaml'))
}
