import { app } from 'electron'
import type { Language } from '../../shared/model/language.ts'
import type { Problem } from '../../shared/model/problem.ts'
import type { Log } from './log.ts'
import { createWindows } from './windows.ts'

export interface FailureOptions {
  readonly problem: Problem
  readonly language: Language
  readonly preload: string
  readonly stateFile: string
  readonly log: Log
}

/** Says in a window of its own why the console could not open; the program ends with the problem's exit code. */
export function showFailure({ problem, language, preload, stateFile, log }: FailureOptions): void {
  const windows = createWindows({
    preload,
    stateFile,
    log,
    mayClose: () => true,
    pageGone: () => undefined,
    closed: () => app.exit(problem.exitCode),
  })
  app.on('window-all-closed', () => app.exit(problem.exitCode))
  windows.open('failure', { problem: JSON.stringify(problem), language })
}
