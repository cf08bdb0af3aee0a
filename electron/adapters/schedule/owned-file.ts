import { readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fail, ProblemError } from '../../../shared/model/problem.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { errorText } from '../../formats/settings-error.ts'

/** The line by which we know what we wrote for this domain file. */
export function ownMark(domainFile: string): string {
  return `# untenseki schedule of ${domainFile}: written by "untenseki schedule install", taken away by "schedule remove"`
}

/** The text of a file that bears the mark; null where there is none. Throws `schedule-foreign` for one without it. */
export function readOwned(file: string, mark: string): string | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw scheduleFailed(file, error)
  }
  if (!text.split('\n').includes(mark)) throw fail('schedule-foreign', { file })
  return text
}

/** Writes a file that is ours or is not there yet, readable for everyone. */
export function writeOwned(file: string, mark: string, text: string): void {
  readOwned(file, mark)
  try {
    makeFolderDurable(dirname(file))
    writeFileDurable(file, text, 0o644)
  } catch (error) {
    throw scheduleFailed(file, error)
  }
}

/** Removes a file of ours; whether there was one. */
export function removeOwned(file: string, mark: string): boolean {
  if (readOwned(file, mark) === null) return false
  try {
    rmSync(file)
    fsyncFolder(dirname(file))
    return true
  } catch (error) {
    throw scheduleFailed(file, error)
  }
}

export function scheduleFailed(what: string, error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  return fail('schedule-failed', { what, text: errorText(error) }, error)
}
