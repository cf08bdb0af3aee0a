/**
 * POSIX access control lists between the two forms that they have: the value of the extended attributes
 * `system.posix_acl_access` and `system.posix_acl_default` (Linux: u32 version 2, then an entry of u16 tag, u16
 * permissions, u32 id each; little-endian), and the short text of POSIX.1e draft 17 that tar's `SCHILY.acl.*` holds,
 * as in `user::rw-,user:1000:r--,group::r--,mask::r--,other::---`.
 *
 * Users and groups are named by number (own decision): a name that the restoring machine does not know would make GNU
 * tar give up the whole list.
 */
const VERSION = 2
const ENTRY = 8
const NO_ID = 0xffffffff
const tags: readonly (readonly [tag: number, word: string, named: boolean])[] = [
  [0x01, 'user', false],
  [0x02, 'user', true],
  [0x04, 'group', false],
  [0x08, 'group', true],
  [0x10, 'mask', false],
  [0x20, 'other', false],
]
const ENTRY_TEXT = /^(user|group|mask|other):(0|[1-9]\d{0,9}|):([r-][w-][x-])$/

/** The text of an attribute's value; null: it is no such list, or one that `aclFromText` would not give again. */
export function aclToText(value: Buffer): string | null {
  if (value.length < 4 || value.readUInt32LE(0) !== VERSION || (value.length - 4) % ENTRY !== 0) return null
  const entries: string[] = []
  for (let at = 4; at < value.length; at += ENTRY) {
    const known = tags.find(([tag]) => tag === value.readUInt16LE(at))
    if (known === undefined) return null
    const bits = value.readUInt16LE(at + 2)
    const permissions = [bits & 4 ? 'r' : '-', bits & 2 ? 'w' : '-', bits & 1 ? 'x' : '-'].join('')
    entries.push(`${known[1]}:${known[2] ? value.readUInt32LE(at + 4) : ''}:${permissions}`)
  }
  const text = entries.join(',')
  return aclFromText(text)?.equals(value) === true ? text : null
}

/** The attribute's value; null when the text is not of the form that `aclToText` writes. */
export function aclFromText(text: string): Buffer | null {
  const entries = text === '' ? [] : text.split(',')
  const value = Buffer.alloc(4 + entries.length * ENTRY)
  value.writeUInt32LE(VERSION, 0)
  for (const [index, entry] of entries.entries()) {
    const [, word, id = '', permissions = ''] = ENTRY_TEXT.exec(entry) ?? []
    const known = tags.find(([, each, named]) => each === word && named === (id !== ''))
    if (known === undefined || Number(id) >= NO_ID) return null
    const at = 4 + index * ENTRY
    value.writeUInt16LE(known[0], at)
    const bits = (permissions[0] === 'r' ? 4 : 0) + (permissions[1] === 'w' ? 2 : 0) + (permissions[2] === 'x' ? 1 : 0)
    value.writeUInt16LE(bits, at + 2)
    value.writeUInt32LE(id === '' ? NO_ID : Number(id), at + 4)
  }
  return value
}
