import { isAbsolute } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'
import type { Prompter } from '../ask.ts'

/** The manual's own prompts (15.2.3), word for word. */
const mediumPrompt = 'バックアップ媒体のスペシャルファイル名を入力してください'
const surePrompt = 'よろしいですか。(Y/N)'

/** The medium, asked for as the manual's `nxbackup` and `nxrestore` do. Throws `medium-path-missing`, `path-relative` (64), `answer-no`. */
export async function askMedium(prompter: Prompter): Promise<string> {
  const path = await prompter.ask(`${mediumPrompt}\n`)
  if (path === '') throw fail('medium-path-missing')
  if (!isAbsolute(path)) throw fail('path-relative', { path })
  const sure = await prompter.ask(`${surePrompt}\n`)
  if (sure !== 'y' && sure !== 'Y') throw fail('answer-no')
  return path
}
