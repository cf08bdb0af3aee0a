import { execFile } from 'node:child_process'
import { fail } from '../../../shared/model/problem.ts'

/**
 * Winds a tape with `mt`, or takes it out of its drive. Where there is no `mt` nothing is done: a drive that rewinds by
 * itself (`/dev/st0`) needs none to be read from its start. Throws `medium-failed` (12) for what the drive refuses.
 */
export async function moveTape(path: string, how: 'rewind' | 'offline'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    execFile('mt', ['-f', path, how], (failure, _, stderr) => {
      if (failure === null || failure.code === 'ENOENT') resolve()
      else reject(fail('medium-failed', { path, text: stderr.trim() || `mt ${how}` }, failure))
    })
  })
}
