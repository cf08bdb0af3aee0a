import type { Argument, Command, Option } from 'commander'

/** A command line that a verb understands: its words, and the command behind them. */
export interface Entry {
  /** `['journal', 'clear']`; empty for the program itself. */
  readonly words: readonly string[]
  readonly command: Command
}

/** The program, its groups and its verbs as its own help lists them: what is hidden there is left out. */
export function entriesOf(program: Command): readonly Entry[] {
  const below = (command: Command, words: readonly string[]): readonly Entry[] => [
    { words, command },
    ...command
      .createHelp()
      .visibleCommands(command)
      .filter((child) => child.name() !== 'help')
      .flatMap((child) => below(child, [...words, child.name()])),
  ]
  return below(program, [])
}

/** The options as its help shows them, `--help` last. */
export function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command)
}

/** What stands in the place of a value: a choice of words, or the kind of thing that its name says. */
export type ValueKind =
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'folder' | 'host' | 'other' }

/** Told from the placeholder's name (`<file>`, `<dir>`, `<hosts>`) and from a text that lists words as `a | b`. */
function valueKind(placeholder: string, text: string): ValueKind {
  const choice = /[a-z0-9-]+(?: \| [a-z0-9-]+)+$/.exec(text)
  if (choice) return { kind: 'choice', words: choice[0].split(' | ') }
  if (/^(file|path|archive)s?$/.test(placeholder)) return { kind: 'file' }
  if (placeholder === 'dir') return { kind: 'folder' }
  return { kind: /^hosts?$/.test(placeholder) ? 'host' : 'other' }
}

export function optionValue(option: Option): ValueKind | null {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1]
  return placeholder === undefined ? null : valueKind(placeholder, option.description)
}

export function argumentValue(argument: Argument): ValueKind {
  return valueKind(argument.name(), argument.description)
}
