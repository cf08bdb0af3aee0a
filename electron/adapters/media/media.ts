import { TIDY_MS, within } from '../../core/ports/left-behind.ts'
import type { Medium } from '../../core/ports/medium.ts'
import { deviceAt } from './device.ts'
import { fileMedium } from './file.ts'
import { type SpecialSettings, specialMedium } from './special.ts'

/**
 * Every medium behind one port: a device is written in volumes, anything else is a file (a folder that is there takes
 * files, see `placeFor`).
 */
export function openMedia(settings: SpecialSettings): Medium {
  const special = specialMedium(settings)
  const mediumFor = async (path: string): Promise<Medium> => ((await isDevice(path)) ? special : fileMedium)
  const tidy = <Value>(path: string, work: (medium: Medium) => Promise<Value>): Promise<Value> =>
    within(TIDY_MS, path, mediumFor(path).then(work))
  return {
    check: async (path, wants) => (await mediumFor(path)).check(path, wants),
    create: async (path, options) => (await mediumFor(path)).create(path, options),
    remove: (path) => tidy(path, (medium) => medium.remove(path)),
    discardUnfinished: (path) => tidy(path, (medium) => medium.discardUnfinished(path)),
    reject: (path) => tidy(path, (medium) => medium.reject(path)),
    open: async (path, options) => (await mediumFor(path)).open(path, options),
    isPresent: (archive) => tidy(archive.path, (medium) => medium.isPresent(archive)).catch(() => false),
    resume: async (path) => (await mediumFor(path)).resume(path),
    placeFor: async (place, name) => (await mediumFor(place)).placeFor(place, name),
    unfinishedIn: async (folder) => (await mediumFor(folder)).unfinishedIn(folder),
  }
}

/** A character device that is no tape is one, too: its refusal is the special medium's. */
async function isDevice(path: string): Promise<boolean> {
  return deviceAt(path).then(
    (device) => device !== null,
    () => true,
  )
}
