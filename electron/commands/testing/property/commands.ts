import { type ChildProcess, fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import type { Problem } from '../../../../shared/model/problem.ts'

type Json = Record<string, unknown>

/** What a command line ended with; `code` is null where its process was killed. */
export type Ended = {
  readonly code: number | null
  /** The last line of its output, where it is a result. */
  readonly result: Json
  readonly problem: Pick<Problem, 'code' | 'params'> | null
  readonly stderr: string
}

/** The operator's commands: one process for all of them, until it is killed in the middle of one. */
export type Commands = {
  /** Carries out a command line; `killAfterMs`: kills the process that does, if it takes longer. One at a time. */
  run(words: readonly string[], killAfterMs?: number | null): Promise<Ended>
  close(): void
}

/** `cli`: the built commands. `home`: the account's own folder. */
export function openCommands(cli: string, config: string, home: string): Commands {
  let child: ChildProcess | null = null
  const operator = (): ChildProcess => {
    child ??= fork(join(dirname(cli), 'operator.cjs'), [], {
      cwd: home,
      env: { ...process.env, UNTENSEKI_LANG: 'en', HOME: home, XDG_DATA_HOME: home },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    return child
  }
  return {
    run: (words, killAfterMs = null) =>
      new Promise((resolve) => {
        const one = operator()
        const timer = killAfterMs === null ? null : setTimeout(() => one.kill('SIGKILL'), killAfterMs)
        const settle = (ended: Ended): void => {
          if (timer !== null) clearTimeout(timer)
          one.removeAllListeners()
          resolve(ended)
        }
        one.once('exit', () => {
          child = null
          settle({ code: null, result: {}, problem: null, stderr: 'killed' })
        })
        one.once('message', ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => {
          const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) || '{}') as Json
          const problem = (last.problem as Ended['problem']) ?? null
          settle({ code, result: last, problem, stderr })
        })
        one.send([...words, '--config', config, '--json'])
      }),
    close: () => {
      child?.kill('SIGKILL')
      child = null
    },
  }
}
