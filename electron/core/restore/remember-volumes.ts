import type { NextVolume } from '../ports/medium.ts'

/**
 * A restore reads its archives more than once. Whoever gave a volume is not asked for it again while it is still where it was: the
 * place answered last is tried first, and one that was refused is asked for anew. For reading only: what is to be written over
 * is always asked for.
 */
export function rememberVolumes(ask: NextVolume | undefined): NextVolume | undefined {
  if (ask === undefined) return undefined
  const places = new Map<string, string>()
  return async (wanted) => {
    const known = wanted.problem === null ? places.get(wanted.label) : undefined
    if (known !== undefined) return known
    const answer = await ask(wanted)
    if (answer !== null) places.set(wanted.label, answer)
    return answer
  }
}
