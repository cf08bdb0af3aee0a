import { systemCalls } from './system-calls.ts'

/** From so many bytes on the disk begins to write: else they would rest until the sync at the end, which would wait for all of them. */
const BEGIN = 8 * 1024 * 1024

/**
 * Has the disk write a file while it grows, without waiting for it. What is given back is told up to where the file is
 * written; all before `from` is not looked after. What fails is told by the sync at the end. Never throws.
 */
export function createWriteBehind(fd: number, from: number): (until: number) => void {
  let begun = from
  return (until) => {
    if (until - begun < BEGIN) return
    systemCalls()?.startWriting(fd, begun, until - begun)
    begun = until
  }
}
