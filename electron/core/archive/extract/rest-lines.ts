import { HEADER_NAME } from '../member-name.ts'

const PATH_AT = Buffer.from('{"path":"')
const BEHIND_PATH = Buffer.from('","type":"')
const HEADER_LINE = Buffer.concat([PATH_AT, Buffer.from(HEADER_NAME), BEHIND_PATH])
const ROOT_LINE = Buffer.concat([PATH_AT, Buffer.from('.'), BEHIND_PATH])
const SLASH = Buffer.from('/')

/**
 * Tells of the manifest's lines, one after another in the archive's order, those that matter once all content is in
 * place: folders, hard links, and what lies in no folder that is a member itself (a target that is one file), for the
 * folders on the way there.
 */
export function createRestLines(): (line: Buffer) => boolean {
  /** What begins the line of all that lies below the target that is passed. */
  let below: Buffer | null = null
  return (line) => {
    if (below !== null && startsWith(line, below)) return isFolder(line) || isHardlink(line)
    if (startsWith(line, HEADER_LINE)) return false
    if (isFolder(line))
      below = startsWith(line, ROOT_LINE)
        ? PATH_AT
        : Buffer.concat([line.subarray(0, line.indexOf(BEHIND_PATH)), SLASH])
    return true
  }
}

function isFolder(line: Buffer): boolean {
  return line.includes('"type":"directory"')
}

function isHardlink(line: Buffer): boolean {
  return line.includes('"type":"hardlink"')
}

function startsWith(line: Buffer, text: Buffer): boolean {
  return line.length >= text.length && line.compare(text, 0, text.length, 0, text.length) === 0
}
