import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fail, ProblemError, problem } from '../../../shared/model/problem.ts'
import type { Notifier } from '../../core/ports/notifier.ts'
import { errorText } from '../../formats/settings-error.ts'

/** Most of what a program says that a problem repeats. */
const longestSaid = 500

/** Runs a program of the site (no shell) with the notice as JSON on its standard input; exit code 0 means taken. */
export function commandNotifier(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Notifier {
  const [program = '', ...args] = argv
  return {
    channel: 'command',
    obstacle() {
      try {
        // Any other is looked for on the path of whoever tells.
        if (isAbsolute(program)) accessSync(program, constants.X_OK)
        return null
      } catch (error) {
        return problem('notify-failed', { channel: program, text: errorText(error) })
      }
    },
    async send(notice, signal) {
      try {
        const child = spawn(program, args, { env, signal, killSignal: 'SIGKILL', stdio: ['pipe', 'ignore', 'pipe'] })
        // A program that reads nothing may be over before it was told.
        child.stdin.on('error', () => undefined)
        child.stdin.end(`${JSON.stringify(notice)}\n`)
        let said = ''
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-longestSaid)
        })
        const [code, killed] = await once(child, 'close')
        if (code !== 0)
          throw fail('notify-failed', { channel: program, text: `${killed ?? code} ${said.trim()}`.trim() })
      } catch (error) {
        if (error instanceof ProblemError) throw error
        throw fail('notify-failed', { channel: program, text: errorText(error) }, error)
      }
    },
  }
}
