import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { ServerConfig } from '../../../shared/model/domain.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { type Engine, masterOf, serverOf } from '../../core/engine.ts'
import { assertAllStopped, assertMayBackUp } from '../../core/operations/nxbackup.ts'
import type { NextVolume } from '../../core/ports/medium.ts'
import { createPrompter, type Prompter } from '../ask.ts'
import { askVolume } from '../next-volume.ts'
import { type ProgressLine, progressLine } from '../progress-line.ts'
import type { Call } from '../verb.ts'

/** The manual's own prompts (15.2.3), word for word. */
const mediumPrompt = 'バックアップ媒体のスペシャルファイル名を入力してください'
const surePrompt = 'よろしいですか。(Y/N)'

/** A server whose services are all down, the medium that was answered, who is asked for more, and the line that shows progress. */
export interface Prompted {
  readonly engine: Engine
  readonly server: ServerConfig
  readonly medium: string
  readonly nextVolume: NextVolume
  readonly line: ProgressLine
}

/**
 * What the manual's `nxbackup` and `nxrestore` share: the server meant (the master without one), that this account may and that its
 * services are down, then the two prompts. Throws `server-unknown`, `not-permitted`, `medium-path-missing`, `path-relative` (64),
 * `answer-no`, and 12 while a service runs, before anything is done.
 */
export async function withPrompts<Result>(
  { engine, options, context }: Call<{ readonly server?: string }>,
  work: (prompted: Prompted) => Promise<Result>,
): Promise<Result> {
  const composed = engine()
  const { domain } = composed
  const server = options.server === undefined ? masterOf(domain) : serverOf(domain, options.server)
  assertMayBackUp(composed, statSync(domain.file).uid)
  await assertAllStopped(composed, server)
  const prompter = createPrompter(context)
  const line = progressLine(context)
  try {
    const medium = await askMedium(prompter)
    const nextVolume: NextVolume = async (wanted) => {
      line.clear()
      try {
        return await askVolume(prompter, context, wanted)
      } catch (error) {
        // The end of the input: nobody is there who could put one in.
        if (toProblem(error).code !== 'answer-missing') throw error
        const { path, number, label, reads } = wanted
        throw fail(reads ? 'volume-wanted' : 'medium-next-volume', { path, number, label })
      }
    }
    return await work({ engine: composed, server, medium, nextVolume, line })
  } finally {
    line.clear()
    prompter.close()
  }
}

async function askMedium(prompter: Prompter): Promise<string> {
  const path = await prompter.ask(`${mediumPrompt}\n`)
  if (path === '') throw fail('medium-path-missing')
  if (!isAbsolute(path)) throw fail('path-relative', { path })
  const sure = await prompter.ask(`${surePrompt}\n`)
  if (sure !== 'y' && sure !== 'Y') throw fail('answer-no')
  return path
}
