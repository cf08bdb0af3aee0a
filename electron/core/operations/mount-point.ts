import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Whether another filesystem begins at this folder: told by the device of the folder around it. False where none is there. */
export function isMountPoint(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return false
  return found.dev !== statSync(dirname(resolve(folder))).dev
}
