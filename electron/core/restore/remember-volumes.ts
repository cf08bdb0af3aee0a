import type { NextVolume } from '../ports/medium.ts'

/**
 * A restore reads its archives more than once. Whoever gave a volume is not asked for it again while it is still where it was: the
 * place answered last (`places`, by label) is tried first, but for a drive that was just looked into, and one that was refused is asked for anew.
 * What is to be written over is always asked for.
 */
export function rememberVolumes(
  ask: NextVolume | undefined,
  places: Map<string, string> = new Map(),
): NextVolume | undefined {
  if (ask === undefined) return undefined
  return async (wanted) => {
    const known = wanted.reads && wanted.problem === null ? places.get(wanted.label) : undefined
    if (known !== undefined && known !== wanted.path) return known
    const answer = await ask(wanted)
    if (answer !== null) places.set(wanted.label, answer)
    return answer
  }
}
