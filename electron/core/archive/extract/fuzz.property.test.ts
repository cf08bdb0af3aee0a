import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ProblemError } from '../../../../shared/model/problem.ts'
import { archiveKit, run } from '../testing/archive-kit.ts'
import { base256, paxHeader, tarHeader, tarMember, tarOf } from '../testing/tar-builder.ts'
import { extractArchiveFile } from './extract-job.ts'

// The same archives in every run of the tests. A long run tries others: npm run soak -- fuzz --runs 100000 --seed 7
const runs = Number(process.env.UNTENSEKI_FUZZ_RUNS ?? 400)
const asked = process.env.UNTENSEKI_FUZZ_SEED
/** Seeds that once found something join these, and stay. */
const pileSeeds = asked === undefined ? [20_240_401, 20_251_021] : [Number(asked)]
const changeSeeds = asked === undefined ? [7] : [Number(asked)]
const kit = archiveKit()
const context = { now: () => performance.now(), checkCancelled: () => undefined, onProgress: () => undefined }

/** Nothing but a problem of ours may come of it, and nothing may stand outside the place. */
async function survives(outer: string, name: string, bytes: Buffer, select: string[] | null = null): Promise<void> {
  const archive = join(outer, name)
  writeFileSync(archive, bytes)
  mkdirSync(join(outer, 'inner'))
  const job = {
    source: { kind: 'file', path: archive },
    into: [{ prefix: '/', to: join(outer, 'inner', 'to') }],
    select,
    rest: 'leave',
    outside: 'skip',
    foreign: { specialFiles: false, setId: false, anyRatio: false },
  } as const
  try {
    await extractArchiveFile(job, context)
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown
    expect(thrown.problem.code).toMatch(/^(archive|extract)-/)
  }
  expect(readdirSync(outer).sort()).toEqual([name, 'inner'].sort())
  expect(readdirSync(join(outer, 'inner')).filter((each) => each !== 'to')).toEqual([])
  rmSync(join(outer, 'inner'), { recursive: true })
  rmSync(archive)
}

const nameLike = fc.oneof(
  fc.constantFrom('a', 'b', 'a/b', 'a/b/c', '../x', '/x', 'a/../../x', '.', './', 'a\0b', '', 'a//b', 'd'.repeat(99)),
  fc.string({ maxLength: 90 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')),
)
const part = fc
  .record({
    name: nameLike,
    link: nameLike,
    flag: fc.constantFrom('0', '1', '2', '5', '0', '1', '2', '5', 'L', 'K', 'x', 'g', 'S', '3', '6', '7', 'V', '\0'),
    size: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      fc.nat(5000),
      fc.constantFrom(base256(-1n), base256(2n ** 62n), '        \0', '77777777777\0'),
    ),
    content: fc.oneof(nameLike, fc.constantFrom('11 path=a/b', '12 path=../x\n', '99999 path=x\n', 'x'.repeat(600))),
    pax: fc.option(
      fc.array(
        fc.tuple(
          fc.constantFrom(
            'path',
            'linkpath',
            'size',
            'mtime',
            'GNU.sparse.map',
            'GNU.sparse.size',
            'GNU.sparse.major',
            'SCHILY.xattr.user.a',
          ),
          nameLike,
        ),
        { minLength: 1, maxLength: 3 },
      ),
      { freq: 4 },
    ),
  })
  .map(({ name, link, flag, size, content, pax }) => {
    const fields = { name: name.slice(0, 100), link: link.slice(0, 100), flag, ...(size === undefined ? {} : { size }) }
    const holds = ['0', 'L', 'K', 'x', 'g', 'S', '7', '\0'].includes(flag)
    const member = holds ? tarMember(fields, content) : tarHeader({ ...fields, size: 0 })
    return pax === null ? member : Buffer.concat([paxHeader(pax), member])
  })

it.each(pileSeeds)('takes any pile of members, right and wrong, for what it is (seed %d)', async (seed) => {
  const outer = kit.newFolder()
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 8 }), fc.boolean(), async (parts, ended) => {
      await survives(outer, 'fuzz.tar', ended ? tarOf(...parts) : Buffer.concat(parts))
    }),
    { numRuns: Math.ceil(runs / pileSeeds.length), seed },
  )
})

it.each(['a.tar', 'a.tar.gz', 'a.tar.zst', 'own.tar.zst', 'own.tar.gz'])(
  'survives any bytes that are changed, lost or doubled in %s',
  async (name) => {
    const root = join(kit.newFolder(), 'root')
    mkdirSync(join(root, 'a'), { recursive: true })
    for (const each of ['a/one', 'two', 'three']) writeFileSync(join(root, each), each.repeat(300))
    const sound = join(kit.newFolder(), name)
    if (name.startsWith('own')) await kit.create([root], sound)
    else run('tar', '-C', root, '-caf', sound, '--format=pax', '.')
    const good = readFileSync(sound)
    const outer = kit.newFolder()
    const change = fc.record({
      at: fc.nat(good.length - 1),
      kind: fc.constantFrom('set', 'cut', 'drop', 'double'),
      byte: fc.nat(255),
      count: fc.integer({ min: 1, max: 600 }),
    })
    for (const seed of changeSeeds)
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          let bytes = Buffer.from(good)
          for (const { at, kind, byte, count } of changes) {
            const place = at % Math.max(bytes.length, 1)
            if (kind === 'set') bytes[place] = byte
            if (kind === 'cut') bytes = bytes.subarray(0, place)
            if (kind === 'drop') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + count)])
            if (kind === 'double') bytes = Buffer.concat([bytes.subarray(0, place + count), bytes.subarray(place)])
          }
          await survives(outer, name, bytes)
          if (name.startsWith('own')) await survives(outer, name, bytes, [join(root, 'two')])
        }),
        { numRuns: Math.ceil(runs / 4), seed },
      )
  },
)
