import { linkSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../shared/model/problem.ts'
import { hostFileName, layoutFolders, parameterFilePath, publicInfoPath, serverRoot, serviceSocket } from './layout.ts'
import { type Area, areaUses, parseAreas, renderAreas } from './parameter-file.ts'
import { parsePublicInfo, readPublicInfo, renderPublicInfo } from './public-info.ts'
import { assertCleanDatabase, backupTargets } from './targets.ts'
import { problemOf, sampleServer, withFolder, writeServerTree } from './testing/sample.ts'

describe('the layout', () => {
  test('has the root of its system', () => {
    expect(serverRoot(sampleServer('/', { layout: 'hi-ux' }))).toBe('/usr/GroupMail')
    expect(serverRoot(sampleServer('/srv/a', { layout: 'hp-ux' }))).toBe('/srv/a/var/opt/GroupMail')
    expect(serverRoot(sampleServer('/', { layout: 'aix' }))).toBe('/var/opt/GroupMail')
  })

  test('gives each service a socket of its own, and refuses a path that a socket cannot have', () => {
    const domain = (sockets: string) => ({ file: '/d.yaml', folders: { state: '/s', backups: '/b', sockets } })
    const paths = ['a', 'ab'].flatMap((host) => ['obj', 'adr'].map((id) => serviceSocket(domain('/run/u'), host, id)))
    expect(new Set(paths).size).toBe(4)
    for (const path of paths) expect(path).toMatch(/^\/run\/u\/[0-9a-f]{8}\.sock$/)
    const longest = `/${'s'.repeat(92)}`
    expect(Buffer.byteLength(serviceSocket(domain(longest), 'a', 'obj'))).toBe(107)
    expect(problemOf(() => serviceSocket(domain(`${longest}s`), 'a', 'obj'))).toMatchObject({
      code: 'socket-path-too-long',
      exitCode: 78,
      params: { bytes: 108 },
    })
  })

  test('turns any host into a file name that no other host has', () => {
    const long = ['a', 'b'].map((end) => `${'h'.repeat(250)}${end}`)
    const names = ['a', 'ab', ...long].map(hostFileName)
    expect(new Set(names).size).toBe(4)
    for (const name of names) expect(Buffer.byteLength(`${name}.journal`)).toBeLessThanOrEqual(255)
  })
})

describe('gmpublicinfo', () => {
  test.each([
    ['a journal', '# c\n\nOTHER=x=y\n MNG_JOURNAL = /jnl//a/../b \n', '/jnl/b'],
    ['none', 'OTHER=1\n#MNG_JOURNAL=/a\n', null],
    ['a longer key', 'MNG_JOURNAL2=/a\n', null],
    ['DOS line ends', 'MNG_JOURNAL=/a\r\n', '/a'],
  ])('names %s', (_, text, mngJournal) => {
    expect(parsePublicInfo(text, '/f')).toEqual({ mngJournal })
  })

  test.each([
    ['a relative path', 'A=1\nMNG_JOURNAL=jnl', 2, 'MNG_JOURNAL'],
    ['no path', 'MNG_JOURNAL=', 1, 'MNG_JOURNAL'],
    ['two paths', 'MNG_JOURNAL=/a\nMNG_JOURNAL=/b', 2, 'MNG_JOURNAL'],
    ['no KEY=VALUE', 'A=1\n\nMNG_JOURNAL /a', 3, 'MNG_JOURNAL /a'],
  ])('with %s is refused', (_, text, line, key) => {
    const found = problemOf(() => parsePublicInfo(text, '/f'))
    expect(found).toMatchObject({ code: 'settings-file-wrong', exitCode: 78, params: { file: '/f', line, key } })
  })

  test('is written and read back, and its absence is no "no journal"', () =>
    withFolder((folder) => {
      for (const mngJournal of [null, '/jnl'])
        expect(parsePublicInfo(renderPublicInfo({ mngJournal }), '/f')).toEqual({ mngJournal })
      expect(problemOf(() => readPublicInfo(sampleServer(folder)))).toMatchObject({
        code: 'settings-file-unreadable',
        exitCode: 78,
      })
    }))
})

describe('the 初期設定パラメタファイル', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/)
  const number = fc.nat(1_000_000)
  const max = fc.option(number)
  const pathOf = fc.stringMatching(/^\/[A-Za-z0-9_./-]{1,60}$/)
  const areas = fc
    .uniqueArray(fc.record({ path: pathOf, initial: number, max }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ path }) => path,
    })
    .chain((files) =>
      fc.uniqueArray(word, { minLength: files.length, maxLength: files.length }).map((names): Area[] =>
        files.map((one, index) => ({
          name: names[index] ?? '',
          use: areaUses[index % areaUses.length] ?? 'USER',
          segment: index,
          files: [one],
        })),
      ),
    )

  test('is written and read back the same', () => {
    fc.assert(
      fc.property(areas, (given) => {
        expect(parseAreas(renderAreas(given, '/f'), '/f')).toEqual(given)
      }),
    )
  })

  const area = 'area -n MASTER -u MASTER -s 1\n'
  test.each([
    ['no area', '# nothing\n', 1, 'area'],
    ['a file before its area', 'file -n /a -i 1\n', 1, 'file'],
    ['an area without a file', `\n${area}`, 2, 'area'],
    ['an area without a file before another', `${area}area -n B -u USER -s 1\nfile -n /ab -i 1\n`, 1, 'area'],
    ['an unknown use', 'area -n A -u user -s 1\n', 1, 'area -u'],
    ['an area twice', `${area}file -n /ab -i 1\n${area}`, 3, 'area -n'],
    ['a segment that is no number', 'area -n A -u USER -s x\n', 1, 'area -s'],
    ['a relative path', `${area}file -n ab -i 1\n`, 2, 'file -n'],
    ['a path of one byte', `${area}file -n / -i 1\n`, 2, 'file -n'],
    ['a path of 176 bytes', `${area}file -n /${'a'.repeat(175)} -i 1\n`, 2, 'file -n'],
    ['a path of 176 bytes in Japanese', `${area}file -n /a${'漢'.repeat(58)} -i 1\n`, 2, 'file -n'],
    ['a path twice', `${area}file -n /ab -i 1\nfile -n /ab -i 1\n`, 3, 'file -n'],
    ['an option twice', `${area}file -n /ab -n /cd -i 1\n`, 2, 'file -n'],
    ['an unknown option', `${area}file -n /ab -i 1 -z 1\n`, 2, 'file -z'],
    ['an option without a value', `${area}file -n /ab -i\n`, 2, 'file -i'],
    ['an unknown line', `${area}volume -n /ab\n`, 2, 'volume'],
  ])('with %s is refused', (_, text, line, key) => {
    const found = problemOf(() => parseAreas(text, '/f'))
    expect(found).toMatchObject({ code: 'settings-file-wrong', exitCode: 78, params: { file: '/f', line, key } })
  })

  test('takes a path of 175 bytes', () => {
    const path = `/${'a'.repeat(174)}`
    expect(parseAreas(`${area}file -n ${path} -i 1 -m 2\n`, '/f')[0]?.files).toEqual([{ path, initial: 1, max: 2 }])
  })

  test('and no text at all makes anything else happen', () => {
    const piece = fc.oneof(fc.constantFrom(area, 'file -n /ab -i 1\n', ' -m 1', '__proto__ -n 1\n', '\n'), fc.string())
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          parseAreas(pieces.join(''), '/f')
        } catch (error) {
          expect(error).toBeInstanceOf(ProblemError)
        }
      }),
    )
  })
})

describe('the backup targets', () => {
  const withTree = (
    use: (tree: { folder: string; database: readonly string[] }) => void,
    journal: string | null = '/nowhere',
  ) => withFolder((folder) => use({ folder, database: writeServerTree(sampleServer(folder), journal) }))

  test('are the folders, every database file and the extra ones', () =>
    withTree(({ folder, database }) => {
      const extra = join(folder, 'extra')
      writeFileSync(extra, '')
      const server = sampleServer(folder, { extraTargets: [extra] })
      expect(backupTargets(server)).toEqual([
        ...layoutFolders.map((name) => ({ path: join(serverRoot(server), name), kind: 'folder' })),
        ...database.map((path) => ({ path, kind: 'database' })),
        { path: extra, kind: 'extra' },
      ])
    }))

  test('follow an area that was added', () =>
    withTree(({ folder }) => {
      const server = sampleServer(folder)
      const added = join(folder, 'db', 'added')
      writeFileSync(parameterFilePath(server), `area -n NEW -u USER -s 1\nfile -n ${added} -i 1\n`, { flag: 'a' })
      expect(problemOf(() => backupTargets(server))).toMatchObject({
        code: 'target-missing',
        exitCode: 78,
        params: { target: added },
      })
      writeFileSync(added, '')
      expect(backupTargets(server).map(({ path }) => path)).toContain(added)
    }))

  test('must all be there and be of their kind', () =>
    withTree(({ folder, database }) => {
      const server = sampleServer(folder)
      const [first = ''] = database
      unlinkSync(first)
      mkdirSync(first)
      expect(problemOf(() => backupTargets(server)).params).toMatchObject({ target: first })
      rmSync(first, { recursive: true })
      linkSync(database[1] ?? '', first)
      rmSync(join(serverRoot(server), 'isp'), { recursive: true })
      expect(problemOf(() => backupTargets(server)).params).toMatchObject({ target: join(serverRoot(server), 'isp') })
    }))

  test('must not hold the MNG_JOURNAL, by its name or through a symbolic link', () =>
    withTree(({ folder }) => {
      const server = sampleServer(folder)
      const inside = join(serverRoot(server), 'nxsdir', 'mch')
      const link = join(folder, 'link')
      symlinkSync(join(serverRoot(server), 'nxudir'), link)
      for (const mngJournal of [inside, join(serverRoot(server), 'nxsdir'), join(link, 'jnl')]) {
        writeFileSync(publicInfoPath(server), renderPublicInfo({ mngJournal }))
        expect(problemOf(() => backupTargets(server))).toMatchObject({
          code: 'place-in-target',
          exitCode: 78,
          params: { place: mngJournal },
        })
      }
      writeFileSync(publicInfoPath(server), renderPublicInfo({ mngJournal: `${join(serverRoot(server), 'nxsdir')}2` }))
      expect(backupTargets(server)).toHaveLength(layoutFolders.length + 2)
    }))

  test('are no whole database while a -journal or -wal holds changes', () =>
    withTree(({ folder, database }) => {
      const server = sampleServer(folder)
      writeFileSync(`${database[0]}-journal`, '')
      assertCleanDatabase(server)
      for (const ending of ['-journal', '-wal']) {
        const dirty = `${database[1]}${ending}`
        writeFileSync(dirty, 'x')
        expect(problemOf(() => assertCleanDatabase(server))).toMatchObject({
          code: 'object-server-unclean',
          params: { file: dirty },
        })
        unlinkSync(dirty)
      }
    }))
})
