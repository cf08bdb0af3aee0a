import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aclFromText, aclToText } from './posix-acl.ts'
import { systemCalls } from './system-calls.ts'

const ACCESS = Buffer.from('system.posix_acl_access')
const hasTools = spawnSync('setfacl', ['--version']).status === 0
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acl-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.skipIf(!hasTools)('says what getfacl says of a list that setfacl made, and sets the same again', () => {
  const calls = systemCalls()
  if (calls === null) throw new Error('no system calls')
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  for (const path of [one, two]) writeFileSync(path, '')
  spawnSync('setfacl', ['-m', 'u:1234:rw,u:99:-,g:77:rx', one])
  const value = calls.getXattr(Buffer.from(one), ACCESS)
  const text = aclToText(value)
  const said = spawnSync('getfacl', ['-cnpE', one], { encoding: 'utf8' }).stdout.trim().split('\n').join(',')
  expect(text).toBe(said)
  calls.setXattr(Buffer.from(two), ACCESS, aclFromText(text ?? '') ?? Buffer.alloc(0))
  expect(calls.getXattr(Buffer.from(two), ACCESS)).toEqual(value)
  expect(calls.listXattrs(Buffer.from(two))).toEqual([ACCESS])
})

it('takes any text for itself only, and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, string) => {
      const text = aclToText(Buffer.from(bytes))
      if (text !== null) expect(aclFromText(text)).toEqual(Buffer.from(bytes))
      const value = aclFromText(string)
      if (value !== null && string !== '') expect(aclToText(value)).toBe(string)
    }),
  )
  expect(aclFromText('user:4:rwx')).not.toBeNull()
  expect(aclFromText('user:04:rwx')).toBeNull()
  expect(aclFromText('user:alice:rwx')).toBeNull()
  expect(aclFromText('mask:4:rwx')).toBeNull()
})
