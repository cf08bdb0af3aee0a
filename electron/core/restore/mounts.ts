import { readFileSync } from 'node:fs'
import { isInside } from '../../formats/domain-rules.ts'

/** The mount points of this process's view of the file system, absolute, as the kernel names them. */
export function readMountPoints(text = readFileSync('/proc/self/mountinfo', 'utf8')): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    return point === undefined ? [] : [unescaped(point)]
  })
}

/** The kernel writes space, tab, line feed and backslash as three octal digits. */
function unescaped(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** Mount points below a folder, the folder itself not counted. */
export function mountsBelow(folder: string, points: readonly string[]): readonly string[] {
  return points.filter((point) => point !== folder && isInside(point, folder))
}
