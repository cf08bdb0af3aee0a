import type { CommandResult } from '../context.ts'
import type { Output } from '../output.ts'

/** Where no run is meant and none is unfinished: that is said, and is no failure. */
export function noUnfinished(output: Output): CommandResult {
  output.line({ ja: '終わっていない実行はありません', en: 'There is no unfinished run' })
  return { exitCode: 0, facts: { run: null } }
}
