import { type Language, languageSchema } from '../../shared/model/language.ts'
import { fail } from '../../shared/model/problem.ts'

export type Arguments = { readonly config: string | undefined; readonly language: Language | undefined }

/**
 * Reads the words after the executable's name: `--config FILE`, `--lang ja|en`, each also with `=`. Other switches are
 * Chromium's own and pass. `programNamed`: a bare runtime was started, so the first word names the program; `-r MODULE`
 * may stand before it. Throws the Problem `console-argument`.
 */
export function readArguments(
  words: readonly string[],
  { programNamed }: { readonly programNamed: boolean },
): Arguments {
  let program = programNamed
  let config: string | undefined
  let language: Language | undefined
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [, name, joined] = /^--(config|lang)(?:=(.*))?$/s.exec(word) ?? []
    if (name === undefined) {
      if (program && (word === '-r' || word === '--require')) at++
      else if (!word.startsWith('-')) {
        if (!program) throw fail('console-argument', { argument: word })
        program = false
      }
      continue
    }
    const value = joined ?? words[++at]
    if (value === undefined || value === '') throw fail('console-argument', { argument: word })
    if (name === 'config') {
      config = value
    } else {
      const parsed = languageSchema.safeParse(value)
      if (!parsed.success) throw fail('console-argument', { argument: `--lang ${value}` })
      language = parsed.data
    }
  }
  return { config, language }
}
