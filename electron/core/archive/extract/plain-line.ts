import { isPlain, makeTemplate, OWNERS_KEPT } from '../plain-header.ts'
import { BLOCK, padding } from '../tar-header.ts'

/** A file's name, and the bytes that it takes in the raw stream: header, content, padding. */
export type PlainLine = { readonly name: string; readonly length: number }

/** As `manifestLine` writes files without anything particular; the second part is what an owner's files have in common. */
const LINE =
  /^\{"path":"([^"\\]+)","type":"file",("mode":(?:0|[1-9]\d*),"uid":(?:0|[1-9]\d*),"gid":(?:0|[1-9]\d*),"user":"[ !#-[\]-~]*","group":"[ !#-[\]-~]*"),"mtime":"(\d{1,10})(\d{9})","size":(\d{1,11}),"sha256":"[0-9a-f]{64}","link":null\}$/

/**
 * Reads lines of the manifest of files as nearly all are (see `plain-header.ts`) many times as fast as parsing them and
 * encoding their headers takes. Null: it is none of those.
 */
export function createPlainLines(): (line: Buffer) => PlainLine | null {
  const owners = new Map<string, boolean>()
  const isPlainOwner = (text: string): boolean => {
    const known = owners.get(text)
    if (known !== undefined) return known
    const plain = makeTemplate(JSON.parse(`{${text}}`)) !== null
    if (owners.size === OWNERS_KEPT) owners.clear()
    owners.set(text, plain)
    return plain
  }
  return (line) => {
    const [, name, owner, seconds, rest, bytes] = LINE.exec(line.toString('latin1')) ?? []
    if (name === undefined || owner === undefined) return null
    const size = Number(bytes)
    const file = { name, size, seconds: Number(seconds), rest: Number(rest) }
    if (!isPlain(file) || !isPlainOwner(owner)) return null
    return { name, length: (file.rest === 0 ? BLOCK : 3 * BLOCK) + size + padding(size) }
  }
}
