import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ArchiveHeader, ManifestEntry } from '../../../shared/model/archive.ts'
import { problemOf, withFolder } from '../../formats/testing/sample.ts'
import { mountsBelow, readMountPoints } from './mounts.ts'
import { assertSpace, createHolding } from './places.ts'
import { runId } from './testing/tree.ts'

const work = `.untenseki-restore-${runId}`

function headerOf(targets: readonly string[]): ArchiveHeader {
  return {
    format: 'untenseki-archive',
    version: 1,
    setId: runId,
    runId,
    domain: 'd',
    server: 's',
    host: 'hq-mas',
    layout: 'hp-ux',
    position: null,
    targets: [...targets],
    startedAt: '2026-11-22T02:00:14.000Z',
    product: 'untenseki 0.1.0',
  }
}

function entry(path: string, type: ManifestEntry['type'], size = 0): ManifestEntry {
  const link = type === 'symlink' ? 'elsewhere' : null
  const name = path.slice(1)
  return { path: name, type, mode: 0o644, uid: 0, gid: 0, user: '', group: '', mtime: '0', size, sha256: null, link }
}

function placesOf(targets: readonly string[], entries: readonly ManifestEntry[], mounts: readonly string[] = []) {
  const holding = createHolding(headerOf(targets), mounts)
  for (const one of entries) holding.take(one)
  return holding.places(runId)
}

test('exchanges the outermost targets, each beside the live data, and counts the room they take', () =>
  withFolder((root) => {
    const [folder, inner, file] = [join(root, 'nxudir'), join(root, 'nxudir', 'mail'), join(root, 'db 100%')] as const
    const entries = [entry(folder, 'directory'), entry(inner, 'file', 5000), entry(`${root}/db 100%25`, 'file', 1)]
    expect(placesOf([folder, `${folder}/`, inner, file], entries)).toEqual([
      {
        place: {
          host: 'hq-mas',
          path: folder,
          mode: 'rename',
          work: join(root, work),
          staged: join(root, work, 'staged', 'nxudir'),
          replaced: join(root, work, 'replaced', 'nxudir'),
        },
        bytes: 4096 + 8192,
        entries: 2,
      },
      expect.objectContaining({
        place: expect.objectContaining({ path: `${root}/db 100%25`, staged: join(root, work, 'staged', 'db 100%25') }),
        bytes: 4096,
      }),
    ])
  }))

test('a target that is a symbolic link is exchanged where it points to, and only where it is one on both sides', () =>
  withFolder((root) => {
    const [link, real] = [join(root, 'nxudir'), join(root, 'disk', 'nxudir')]
    mkdirSync(real, { recursive: true })
    symlinkSync(real, link)
    const entries = [entry(link, 'symlink'), entry(real, 'directory'), entry(join(real, 'mail'), 'file', 1)]
    expect(placesOf([link], entries)).toMatchObject([
      { place: { path: real, work: join(root, 'disk', work) }, entries: 2 },
    ])
    expect(problemOf(() => placesOf([link], [entry(link, 'directory')]))).toMatchObject({
      code: 'restore-link-differs',
    })
    mkdirSync(join(root, 'plain'))
    expect(problemOf(() => placesOf([join(root, 'plain')], [entry(join(root, 'plain'), 'symlink')]))).toMatchObject({
      code: 'restore-link-differs',
    })
  }))

test('a mount point exchanges its content; one inside a target, and a mounted file, are refused', () =>
  withFolder((root) => {
    const target = join(root, 'nxudir')
    mkdirSync(target)
    writeFileSync(join(root, 'master01'), '')
    const entries = [entry(target, 'directory'), entry(join(root, 'master01'), 'file')]
    expect(placesOf([target], entries, [target])).toMatchObject([
      { place: { mode: 'content', work: join(target, work) } },
    ])
    const refused = { code: 'restore-mounted' }
    expect(problemOf(() => placesOf([target], entries, [join(target, 'mail')]))).toMatchObject(refused)
    expect(problemOf(() => placesOf([join(root, 'master01')], entries, [join(root, 'master01')]))).toMatchObject(
      refused,
    )
  }))

test('an archive that does not hold what it names is refused', () =>
  withFolder((root) => {
    expect(problemOf(() => placesOf([join(root, 'a')], []))).toMatchObject({ code: 'restore-target-absent' })
  }))

test('room is asked for a filesystem, all that is staged there together', () =>
  withFolder((root) => {
    const held = placesOf([join(root, 'a')], [entry(join(root, 'a'), 'file', 1)])
    expect(() => assertSpace(held)).not.toThrow()
    const half = held.flatMap((one) => [one, one].map((each) => ({ ...each, bytes: 2 ** 54 })))
    expect(problemOf(() => assertSpace(half))).toMatchObject({
      code: 'restore-no-space',
      params: { path: root, needBytes: 2 ** 55 },
    })
  }))

test('reads mount points as the kernel writes them', () => {
  const line = (point: string) => `36 35 98:0 /a ${point} rw,noatime master:1 - ext3 /dev/root rw`
  expect(readMountPoints([line('/'), line('/var/a\\040b\\134'), ''].join('\n'))).toEqual(['/', '/var/a b\\'])
  expect(mountsBelow('/var', ['/', '/var', '/variant', '/var/a b'])).toEqual(['/var/a b'])
})

test.skipIf(process.getuid?.() !== 0)('sees a real mount as one (root only)', () =>
  withFolder((root) => {
    const target = join(root, 'nxudir')
    mkdirSync(target)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', target])
    if (mounted.status !== 0) throw new Error(String(mounted.stderr))
    try {
      const holding = createHolding(headerOf([target]))
      holding.take(entry(target, 'directory'))
      holding.take(entry(join(target, 'mail'), 'file', 1_000_000))
      const held = holding.places(runId)
      expect(held).toMatchObject([{ place: { mode: 'content' } }])
      expect(problemOf(() => assertSpace(held))).toMatchObject({ code: 'restore-no-space', params: { path: target } })
    } finally {
      spawnSync('umount', [target])
    }
  }),
)
