import { createInterface } from 'node:readline'
import { fail } from '../../shared/model/problem.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import type { Both } from './output.ts'

/** Answers one after the other from standard input, a terminal or not. */
export interface Prompter {
  /** The next line, trimmed. Throws `answer-missing` (64) at the end of the input, and when the command is interrupted. */
  ask(question: string): Promise<string>
  close(): void
}

export function createPrompter(context: CommandContext): Prompter {
  const reader = createInterface({ input: context.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  const lines = reader[Symbol.asyncIterator]()
  return {
    async ask(question) {
      context.stderr(question)
      const interrupted = new Promise<never>((_, reject) => {
        context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true })
      })
      const { value, done } = await Promise.race([lines.next(), interrupted])
      if (done) throw fail('answer-missing')
      return value.trim()
    },
    close: () => reader.close(),
  }
}

/**
 * Asks before something that stops or removes. `--yes` answers; without a terminal and without it: 64, nothing done.
 * Any other answer than y: `answer-no` (130, as if interrupted).
 */
export async function confirm(context: CommandContext, options: CommonOptions, question: Both): Promise<void> {
  if (options.yes) return
  if (!context.interactive) throw fail('answer-needed')
  const prompter = createPrompter(context)
  try {
    const answer = await prompter.ask(`${question[context.language]} (y/N) `)
    if (answer.toLowerCase() !== 'y') throw fail('answer-no')
  } finally {
    prompter.close()
  }
}
