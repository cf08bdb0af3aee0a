import { dirname, join } from 'node:path'
import type { Preferences, Snapshot } from '../../../../shared/model/console.ts'
import type { Owner } from '../../../../shared/model/owner.ts'
import { buildCommands } from '../../../commands/testing/build-commands.ts'
import { type EngineOptions, openConsole } from '../../../compose.ts'
import { makeTestDomain, type TestDomain } from '../../../embedded/testing/sample.ts'
import type { Console } from '../port.ts'

/** A domain with all its servers running, and consoles on it. */
export type ConsoleKit = {
  readonly made: TestDomain
  /** The events that consoles logged. */
  readonly logged: string[]
  options(operator: string): EngineOptions
  open(operator?: string): Promise<Console>
}

export async function openConsoleKit(): Promise<ConsoleKit> {
  const made = await makeTestDomain()
  const workerPath = join(dirname(await buildCommands()), 'archive-worker.cjs')
  const logged: string[] = []
  for (const { host } of made.domain.servers) await made.start(host)
  const options = (operator: string): EngineOptions => {
    const owner: Owner = { operator, host: 'console1', pid: process.pid, kind: 'console' }
    return {
      configFile: made.domain.file,
      owner,
      env: process.env,
      execPath: process.execPath,
      electron: false,
      servicePath: made.launch.servicePath,
      workerPath,
      program: ['untenseki'],
      home: '/nonexistent',
      product: 'untenseki test',
      uid: process.getuid?.() ?? -1,
      log: ({ event }) => void logged.push(event),
    }
  }
  const open = (operator = 'gmadmin') => {
    let kept: Preferences = { language: 'ja', openNameDatabase: true }
    const preferences = {
      read: () => kept,
      write: (next: Preferences) => {
        kept = next
      },
    }
    return openConsole(options(operator), preferences)
  }
  return { made, logged, options, open }
}

export const snapshot = (console: Console): Promise<Snapshot> => console.handlers['state.snapshot'](null)

/** `busy` while the run is; undefined for a step that it does not have. */
export async function stepState(console: Console, id: string): Promise<string | undefined> {
  const { run } = await snapshot(console)
  return run?.phase === 'busy' ? 'busy' : run?.state.steps.find((step) => step.id === id)?.state
}
