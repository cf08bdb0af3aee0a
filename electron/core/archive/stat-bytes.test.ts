import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { statBytesOf } from './source-record.ts'
import { lstatBytes } from './stat-bytes.ts'

const folder = mkdtempSync(join(tmpdir(), 'untenseki-stat-'))
afterAll(() => rmSync(folder, { recursive: true }))

const terminated = (path: string) => Buffer.from(`${path}\0`)

test('says of files, folders, links, devices and old times what lstat says', () => {
  const at = (name: string) => join(folder, name)
  writeFileSync(at('file'), 'x')
  chmodSync(at('file'), 0o4751)
  linkSync(at('file'), at('again'))
  writeFileSync(at('old'), '')
  utimesSync(at('old'), -1.5, -1.5)
  writeFileSync(at('large'), '')
  truncateSync(at('large'), 5 * 2 ** 32 + 7)
  mkdirSync(at('folder'))
  symlinkSync('nowhere', at('link'))
  const paths = [...['file', 'again', 'old', 'large', 'folder', 'link'].map(at), '/dev/null', '/proc', '/']
  for (const path of paths) {
    const expected = statBytesOf(lstatSync(path, { bigint: true })).toString('hex')
    expect({ path, stat: lstatBytes(terminated(path)).toString('hex') }).toEqual({ path, stat: expected })
  }
})

test('fails with the code that lstat fails with', () => {
  expect(() => lstatBytes(terminated(join(folder, 'missing')))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})
