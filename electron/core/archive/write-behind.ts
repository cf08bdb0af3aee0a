import { systemCalls } from './system-calls.ts'

/** From so many bytes on the disk begins to write: else they would rest until the sync at the end, which would wait for all of them. */
export const WRITE_BEHIND = 8 * 1024 * 1024

/**
 * Has the disk write a file while it grows, waiting at most until it has taken the order. What is given back is told up to where the
 * file is written; all before `from` is not looked after. What fails is told by the sync of the file itself, which whoever wrote that
 * many bytes must not leave out. Never throws.
 */
export function createWriteBehind(fd: number, from: number): (until: number) => void {
  let begun = from
  return (until) => {
    if (until - begun < WRITE_BEHIND) return
    systemCalls()?.startWriting(fd, begun, until - begun)
    begun = until
  }
}
