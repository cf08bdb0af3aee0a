import { fail } from '../../../shared/model/problem.ts'
import type { WantedVolume } from '../../../shared/model/wanted-volume.ts'
import type { NextVolume } from '../ports/medium.ts'
import { rememberVolumes } from '../restore/remember-volumes.ts'
import { absolutePath } from './absolute-path.ts'

/** Where the operator of a window is asked for volumes, by a run or by a task: one at a time, shown until it is answered. */
export interface VolumeDesk {
  readonly nextVolume: NextVolume | undefined
  /** Null while none is asked for. */
  wanted(): WantedVolume | null
  /** The volume is in this device, or there is none (null). Throws `no-volume-asked`, `path-relative` (64). */
  answer(path: string | null): void
  /** Nobody waits any more: what was asked for is answered with null. */
  end(): void
}

/**
 * `places`: where volumes were put, by label; one that is to be read is looked for there before anybody is asked. Who asks while `open`
 * says no is told at once that there is none. `changed`: what is shown has to be shown anew.
 */
export function createVolumeDesk(places: Map<string, string>, open: () => boolean, changed: () => void): VolumeDesk {
  let waiting: { readonly volume: WantedVolume; readonly answer: (path: string | null) => void } | null = null

  function settle(path: string | null): void {
    const asked = waiting
    waiting = null
    asked?.answer(path)
    if (asked !== null) changed()
  }

  const ask: NextVolume = (volume) =>
    new Promise((answer) => {
      if (!open()) return answer(null)
      waiting = { volume, answer }
      changed()
    })

  return {
    nextVolume: rememberVolumes(ask, places),
    wanted: () => waiting?.volume ?? null,
    answer(path) {
      if (waiting === null) throw fail('no-volume-asked')
      settle(path === null ? null : absolutePath(path))
    },
    end: () => settle(null),
  }
}
