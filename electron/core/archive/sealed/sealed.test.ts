import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { ageCipher } from '../../../adapters/encryption/age.ts'
import { openSource } from '../archive-source.ts'
import { extractTo } from '../extract/extract.ts'
import { archiveKit, problemOf, run, succeeds, treeOf } from '../testing/archive-kit.ts'
import { setKeyring } from './keyring.ts'
import { CHUNK, openChunk, sealChunk } from './payload.ts'

// Defects that break it: a chunk's number or last mark wrong at a boundary, a digest of the clear bytes in the catalog, an archive in
// the clear under a name that promises otherwise, an identity that gets into a message.
const kit = archiveKit()
let folder = ''
let identity = ''
let recipient = ''
let identityFile = ''
const settings = () => ({ recipients: [recipient], identityFile, identityCommand: null as string[] | null })
/** As another process would have it: remembering nothing that it wrote. */
const keys = (change: Partial<ReturnType<typeof settings>> = {}) =>
  setKeyring(ageCipher({ ...settings(), ...change } as never, process.env))

beforeAll(async () => {
  folder = kit.newFolder()
  identity = await generateIdentity()
  recipient = await identityToRecipient(identity)
  identityFile = join(folder, 'key.txt')
  writeFileSync(identityFile, `# a key\n${identity}\n`, { mode: 0o600 })
  mkdirSync(join(folder, 'root'))
  run('dd', 'if=/dev/urandom', `of=${join(folder, 'root', 'data')}`, 'bs=1M', 'count=3', 'status=none')
  writeFileSync(join(folder, 'root', 'small'), '山田 花子\n')
})
afterEach(() => keys())

const root = () => join(folder, 'root')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

it('writes what verifies, lists, extracts and is opened by the age program; the digest is that of the file', async (context) => {
  keys()
  for (const ending of ['tar.zst.age', 'tar.gz.age']) {
    const path = join(folder, `a.${ending}`)
    const written = await kit.create([root()], path)
    const bytes = readFileSync(path)
    expect([written.bytes, written.sha256]).toEqual([bytes.length, sha256(bytes)])
    expect(bytes.includes('manifest')).toBe(false)
    keys()
    expect((await kit.verify(path)).summary).toMatchObject({ bytes: bytes.length, sha256: written.sha256 })
    expect((await kit.list(path)).map(({ path: name }) => name)).toContain(join(root(), 'small').slice(1))
    const out = join(folder, `out-${ending}`)
    await extractTo(out, { archive: path, workerPath: kit.workerPath() })
    expect(treeOf(join(out, root()))).toEqual(treeOf(root()))
    if (!succeeds('age', '--version')) return context.skip('the program age is not installed')
    const clear = join(folder, `clear-${ending.replace('.age', '')}`)
    run('age', '--decrypt', '-i', identityFile, '-o', clear, path)
    const listed = run('tar', ending.startsWith('tar.zst') ? '--zstd' : '-z', '-tf', clear)
    expect(listed).toContain(join(root(), 'small').slice(1))
  }
})

it('reads what the age program encrypted, at any place, whatever the size', async (context) => {
  if (!succeeds('age', '--version')) return context.skip('the program age is not installed')
  keys()
  for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7]) {
    const clear = Buffer.from(Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 255))
    const path = join(folder, `of-age-${size}`)
    const done = spawnSync('age', ['-r', recipient, '-o', path], { input: clear })
    expect(done.status).toBe(0)
    const source = await openSource(path)
    expect([source.size, (await source.readAt(0, size + 10)).equals(clear)]).toEqual([size, true])
    for (const [at, length] of [
      [CHUNK - 3, 6],
      [size - 5, 100],
      [CHUNK, CHUNK],
    ] as const) {
      if (at >= 0) expect((await source.readAt(at, length)).equals(clear.subarray(at, at + length))).toBe(true)
    }
    await source.close()
  }
})

it('opens what this process wrote without an identity, and nothing else', async () => {
  keys({ identityFile: null as never })
  const path = join(folder, 'own.tar.zst.age')
  await kit.create([root()], path)
  expect((await kit.verify(path)).summary.bytes).toBeGreaterThan(3_000_000)
  keys({ identityFile: null as never })
  expect(await problemOf(kit.verify(path))).toMatchObject({ code: 'archive-encrypted', exitCode: 77 })
  const other = join(folder, 'other.txt')
  writeFileSync(other, `${await generateIdentity()}\n`, { mode: 0o600 })
  keys({ identityFile: other })
  expect(await problemOf(kit.verify(path))).toMatchObject({ code: 'archive-identity-wrong', exitCode: 77 })
  keys({ identityFile: null as never, identityCommand: ['/bin/cat', identityFile] })
  expect((await kit.verify(path)).summary.bytes).toBeGreaterThan(3_000_000)
})

it('tells a header that was changed from an identity that does not fit', async () => {
  keys()
  const path = join(folder, 'changed.tar.zst.age')
  const bytes = readFileSync(join(folder, 'own.tar.zst.age'))
  const mac = bytes.indexOf('\n--- ') + 5
  bytes.write(bytes.toString('latin1', mac, mac + 1) === 'A' ? 'B' : 'A', mac, 'latin1')
  writeFileSync(path, bytes)
  expect(await problemOf(kit.verify(path))).toMatchObject({ code: 'archive-unauthentic', exitCode: 13 })
})

it('tells nothing of a secret when its file or program will not do', async () => {
  const path = join(folder, 'own.tar.zst.age')
  const open = join(folder, 'open.txt')
  writeFileSync(open, `${identity}\n`)
  chmodSync(open, 0o644)
  const garbled = join(folder, 'garbled.txt')
  writeFileSync(garbled, `x${identity}\n`, { mode: 0o600 })
  const mistyped = join(folder, 'mistyped.txt')
  writeFileSync(mistyped, `${identity.slice(0, -1)}${identity.endsWith('Q') ? 'P' : 'Q'}\n`, { mode: 0o600 })
  const refused = [
    [{ identityFile: open }, 'identity-open'],
    [{ identityFile: garbled }, 'identity-unreadable'],
    [{ identityFile: mistyped }, 'identity-unreadable'],
    [{ identityFile: join(folder, 'none') }, 'identity-unreadable'],
    [
      { identityFile: null as never, identityCommand: ['/bin/sh', '-c', `cat ${identityFile}; exit 3`] },
      'identity-unreadable',
    ],
  ] as const
  for (const [change, code] of refused) {
    keys(change as never)
    const found = await problemOf(kit.verify(path))
    expect([found.code, found.exitCode]).toEqual([code, 77])
    expect(JSON.stringify(found)).not.toContain(identity.slice(15))
  }
})

it('finds a changed byte, a cut end and chunks in another order', async () => {
  keys()
  const path = join(folder, 'own.tar.zst.age')
  const good = readFileSync(path)
  const changed = join(folder, 'changed.tar.zst.age')
  const wrong = async (bytes: Buffer) => {
    writeFileSync(changed, bytes)
    return (await problemOf(kit.verify(changed))).exitCode
  }
  const flipped = Buffer.from(good)
  flipped[1_500_000] = 255 - (good[1_500_000] ?? 0)
  expect(await wrong(flipped)).toBe(13)
  expect(await wrong(good.subarray(0, good.length - 1))).toBe(13)
  const start = good.length - (good.length % (CHUNK + 16))
  expect(await wrong(good.subarray(0, start))).toBe(13)
  expect(await wrong(Buffer.concat([good, Buffer.from('x')]))).toBe(13)
  const header = good.indexOf('\n--- ') + 1
  const body = good.indexOf('\n', header) + 17
  const swapped = Buffer.from(good)
  good.copy(swapped, body, body + CHUNK + 16, body + 2 * (CHUNK + 16))
  good.copy(swapped, body + CHUNK + 16, body, body + CHUNK + 16)
  expect(await wrong(swapped)).toBe(13)
})

it('refuses a name that does not say what the domain file says', async () => {
  keys()
  const clear = await problemOf(kit.create([root()], join(folder, 'clear.tar.zst')))
  expect([clear.code, clear.exitCode]).toEqual(['archive-name-clear', 64])
  setKeyring(ageCipher(null, process.env))
  const unset = await problemOf(kit.create([root()], join(folder, 'unset.tar.zst.age')))
  expect(unset.code).toBe('encryption-unset')
})

it('seals the same in the native way and in JavaScript', async () => {
  const { chacha20poly1305 } = await import('@noble/ciphers/chacha.js')
  const key = Buffer.alloc(32, 7)
  const nonce = Buffer.alloc(12)
  nonce[9] = 1
  nonce[11] = 1
  const plain = readFileSync(join(root(), 'data')).subarray(0, CHUNK)
  const sealed = sealChunk(key, 65_536 / 256, true, plain)
  expect(sealed.equals(Buffer.from(chacha20poly1305(key, nonce).encrypt(plain)))).toBe(true)
  expect(openChunk(key, 256, true, sealed)?.equals(plain)).toBe(true)
  expect([openChunk(key, 256, false, sealed), openChunk(key, 255, true, sealed)]).toEqual([null, null])
})
