import { expect, it } from 'vitest'
import { type Member, manifestLine, storedSize } from '../member.ts'
import { encodeHeader, padding } from '../tar-header.ts'
import { createPlainLines } from './plain-line.ts'

const plain: Member = {
  name: Buffer.from('var/mail/m 1.eml'),
  type: 'file',
  mode: 0o644,
  uid: 1000,
  gid: 100,
  user: 'gmpad',
  group: 'users',
  mtime: 1_700_000_000_123_456_789n,
  size: 4321,
  link: null,
}
const others: readonly (readonly [string, Partial<Member>, 'plain' | 'other'])[] = [
  ['a file', {}, 'plain'],
  ['an empty file', { size: 0 }, 'plain'],
  ['a whole second', { mtime: 1_700_000_000_000_000_000n }, 'plain'],
  ['blocks that are full', { size: 1024 }, 'plain'],
  ['a name of a hundred letters', { name: Buffer.from('n'.repeat(100)) }, 'plain'],
  ['a longer name', { name: Buffer.from(`d/${'n'.repeat(99)}`) }, 'other'],
  ['a name that is not ASCII', { name: Buffer.from('名前') }, 'other'],
  ['a name in EUC-JP', { name: Buffer.from([0xb4, 0xc1]) }, 'other'],
  ['quotes and percent signs', { name: Buffer.from('a"b%c\\d') }, 'other'],
  ['long ago', { mtime: -7n }, 'other'],
  ['a huge file', { size: 8 * 1024 ** 3 }, 'other'],
  ['a large number of an owner', { uid: 3_000_000 }, 'other'],
  ['an owner whose name is not ASCII', { user: '利用者' }, 'other'],
  ['a folder', { type: 'directory', size: 0 }, 'other'],
  ['a symlink', { type: 'symlink', size: 0, link: Buffer.from('x') }, 'other'],
  ['holes', { stored: 1024 }, 'other'],
  ['an attribute', { xattrs: [{ name: Buffer.from('user.a'), value: Buffer.from('1') }] }, 'other'],
]

it.each(others)('tells how much of the stream %s takes, or that it cannot', (_what, change, kind) => {
  const member = { ...plain, ...change }
  const line = manifestLine(member, member.type === 'file' ? 'ab'.repeat(32) : null)
  const stored = storedSize(member)
  const expected = { name: member.name.toString(), length: encodeHeader(member).length + stored + padding(stored) }
  expect(createPlainLines()(line.subarray(0, -1))).toEqual(kind === 'plain' ? expected : null)
})

it.each(['mode', 'uid', 'gid'])('leaves a line whose %s is no number of JSON to the strict reader', (key) => {
  const line = manifestLine(plain, 'ab'.repeat(32)).toString().trimEnd()
  expect(createPlainLines()(Buffer.from(line))).not.toBeNull()
  expect(createPlainLines()(Buffer.from(line.replace(`"${key}":`, `"${key}":0`)))).toBeNull()
})
