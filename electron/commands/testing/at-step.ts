import { existsSync, type FSWatcher, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { Running, Shell } from './shell.ts'

export type Moment = 'step-started' | 'step-done'

/** What may be watched for: call it before the run begins, so that its record is told from those that were there. */
export type StepWatch = {
  /**
   * Calls `act` as soon as the record of the run says so; false where the run ended before. A step that is done for each of
   * several servers counts once it says so for one.
   */
  reached(begun: Running, step: string, moment: Moment, act: () => void): Promise<boolean>
}

export function watchSteps(shell: Shell): StepWatch {
  const state = join(shell.root, 'state')
  const folder = join(state, 'runs')
  const records = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [])
  const before = new Set(records())
  const says = (step: string, moment: Moment) =>
    records()
      .filter((name) => !before.has(name))
      .some((name) =>
        readFileSync(join(folder, name), 'utf8')
          .split('\n')
          .some((line) => line.includes(`"${moment}"`) && new RegExp(`"stepId":"${step}[@"]`).test(line)),
      )
  return {
    reached: (begun, step, moment, act) =>
      new Promise((resolve, reject) => {
        const watcher: FSWatcher = watch(existsSync(folder) ? folder : state, { recursive: true })
        let over = false
        const end = (met: boolean) => {
          over = true
          watcher.close()
          resolve(met)
        }
        const look = () => {
          if (over || !says(step, moment)) return
          act()
          end(true)
        }
        watcher.on('change', look)
        watcher.on('error', reject)
        void begun.ended.then(() => {
          if (!over) end(false)
        })
        look()
      }),
  }
}
