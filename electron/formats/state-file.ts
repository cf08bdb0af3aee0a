import { fail, ProblemError } from '../../shared/model/problem.ts'
import { errorText } from './settings-error.ts'

/** Turns whatever the system throws of a file in the state folder into `state-folder-failed`; a problem passes unchanged. */
export function guarded<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw fail('state-folder-failed', { path, text: errorText(error) }, error)
  }
}
