import type { WantedVolume } from '../../shared/model/wanted-volume.ts'
import type { NextVolume } from '../core/ports/medium.ts'
import { createPrompter, type Prompter } from './ask.ts'
import type { CommandContext } from './context.ts'

/**
 * Who gives further volumes to a command: first the devices named on the command line, by number, then the person at the
 * terminal; undefined where there is neither, so that the medium refuses (12).
 */
export function volumesFor(context: CommandContext, devices: readonly string[] = []): NextVolume | undefined {
  if (devices.length === 0 && !context.interactive) return undefined
  return async (wanted) => {
    const named = devices[wanted.number - 2]
    if (named !== undefined && wanted.problem === null) return named
    if (!context.interactive) {
      tellProblem(context, wanted)
      return null
    }
    const prompter = createPrompter(context)
    try {
      return await askVolume(prompter, context, wanted)
    } finally {
      prompter.close()
    }
  }
}

/** Asks the person at the terminal for one volume; null: give up. Throws what `Prompter.ask` throws. */
export async function askVolume(
  prompter: Prompter,
  context: CommandContext,
  wanted: WantedVolume,
): Promise<string | null> {
  const { number, label, path } = wanted
  tellProblem(context, wanted)
  const question = {
    ja: `${number}巻目の媒体(${label})を入れ,スペシャルファイル名を入力してください(空行は ${path},「-」は中止)\n`,
    en: `Insert volume ${number} (${label}) and enter its special file (empty: ${path}, "-": give up)\n`,
  }
  const answer = await prompter.ask(question[context.language])
  return answer === '-' ? null : answer || path
}

function tellProblem(context: CommandContext, { problem }: WantedVolume): void {
  if (problem !== null) context.stderr(`${problem.message[context.language]}\n${problem.remedy[context.language]}\n`)
}

export interface VolumeOptions {
  readonly volume?: readonly string[]
}

/** The option that names further devices. */
export const volumeOption = {
  flags: '--volume <device...>',
  about: { ja: '2巻目以降のスペシャルファイル名(順に)', en: 'special files of volume 2 and later, in order' },
} as const
