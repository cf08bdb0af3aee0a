import type { Command } from 'commander'
import type { Language } from '../../shared/model/language.ts'
import type { Problem } from '../../shared/model/problem.ts'
import type { Engine } from '../core/engine.ts'
import type { CommandContext, CommandResult, CommonOptions } from './context.ts'
import type { Both, Output } from './output.ts'

/** What the work of a verb gets. */
export interface Call<Options> {
  readonly context: CommandContext
  readonly output: Output
  readonly options: Options & CommonOptions
  readonly args: readonly string[]
  /** The engine of the domain meant; composed at the first call. */
  engine(): Engine
  /** The grammar of all verbs in one language: what the manual page and the completion are made of. */
  grammar(language: Language): Command
  /** A path as the caller wrote it, absolute. */
  path(given: string): string
}

/** A verb as data; `shape` adds its arguments and options. */
export interface Verb<Options = object> {
  readonly name: string
  readonly about: Both
  /** Lines shown under the help. */
  readonly examples: readonly string[]
  /** Shown after the options: what the manual documents, what is this product's own, anything that no option says. */
  readonly remarks?: readonly Both[]
  /** Changes nothing that an end in the middle could leave half done: an interruption ends it at once. */
  readonly readsOnly?: boolean
  /** Something that was planned to happen: people are told when it is refused and nobody sits in front. */
  readonly tellsRefusal?: boolean
  /** How this verb shows its help; `-h` means a host in the manual's nxsrepstat. */
  readonly helpFlags?: string
  /** Left out of the list of commands: for the program's own scripts. */
  readonly hidden?: boolean
  shape?(command: Command, pick: (text: Both) => string): void
  work(call: Call<Options>): Promise<CommandResult>
}

/** Verbs under one word: `untenseki domain init|start|…`. */
export interface VerbGroup {
  readonly name: string
  readonly about: Both
  readonly verbs: readonly Verb[]
}

/** A problem as `--json` tells it, in the caller's language. */
export function told(found: Problem, context: CommandContext): Readonly<Record<string, unknown>> {
  const { code, message, remedy, params } = found
  return { code, message: message[context.language], remedy: remedy[context.language], params }
}
