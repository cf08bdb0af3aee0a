import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ArchiveHeader } from '../../../shared/model/archive.ts'
import type { Domain } from '../../../shared/model/domain.ts'
import type { RestoreArchive } from '../../../shared/model/restore.ts'
import { backupTargets } from '../../formats/targets.ts'
import { problemOf, sampleServer, withFolder, writeServerTree } from '../../formats/testing/sample.ts'
import { parseArchiveHeader } from '../archive/archive-header.ts'
import { assertFits, assertWholeSet } from './check-archive.ts'
import { runId } from './testing/tree.ts'

const domain = { name: 'd' }

async function withServer(use: (header: ArchiveHeader, server: ReturnType<typeof sampleServer>) => void) {
  await withFolder((root) => {
    const server = sampleServer(root)
    writeServerTree(server, null)
    const targets = backupTargets(server).map(({ path }) => path)
    const header: ArchiveHeader = {
      format: 'untenseki-archive',
      version: 1,
      setId: runId,
      runId,
      domain: 'd',
      server: server.name,
      host: server.host,
      layout: server.layout,
      position: { timeline: 't', number: 1 },
      targets,
      startedAt: '2026-11-22T02:00:14.000Z',
      product: 'untenseki 0.1.0',
    }
    use(header, server)
  })
}

test('an archive of that very server fits', () =>
  withServer((header, server) => {
    expect(assertFits(domain, server, header, 'a')).toEqual([])
  }))

test('an archive of another domain, server or layout is refused by name', () =>
  withServer((header, server) => {
    const codeOf = (part: Partial<ArchiveHeader>) =>
      problemOf(() => assertFits(domain, server, { ...header, ...part }, 'a')).code
    expect(codeOf({ domain: 'other' })).toBe('restore-other-domain')
    expect(codeOf({ host: 'tk-ml1' })).toBe('restore-other-server')
    expect(codeOf({ layout: 'aix' })).toBe('restore-layout-differs')
  }))

test('exchanges nothing that does not belong to the server, whatever the header says', () =>
  withServer((header, server) => {
    const differs = (targets: string[]) => problemOf(() => assertFits(domain, server, { ...header, targets }, 'a'))
    expect(differs([...header.targets, '/etc'])).toMatchObject({
      code: 'restore-targets-differ',
      params: { target: '/etc' },
    })
    expect(differs(['/'])).toMatchObject({ code: 'restore-targets-differ' })
    expect(differs(header.targets.slice(1))).toMatchObject({
      code: 'restore-targets-differ',
      params: { target: header.targets[0] },
    })
    // An area that was dropped since lies beside those that are there.
    const dropped = join(server.prefix, 'db', 'dropped01')
    expect(assertFits(domain, server, { ...header, targets: [...header.targets, dropped] }, 'a')).toEqual([])
  }))

test('says which target was added since and stays as it is', () =>
  withServer((header, server) => {
    const extraTargets = [join(server.prefix, 'extra')]
    expect(assertFits(domain, { ...server, extraTargets }, header, 'a')).toMatchObject([
      { code: 'restore-target-kept' },
    ])
  }))

test('a newer format is told as one', () => {
  const text = JSON.stringify({ format: 'untenseki-archive', version: 2, anything: 'else' })
  expect(problemOf(() => parseArchiveHeader('a', Buffer.from(text)))).toMatchObject({
    code: 'archive-format-newer',
    params: { version: 2 },
  })
})

test('without a journal only a whole set at one cut brings the domain back', () => {
  const servers = ['hq-mas', 'tk-ml1'].map((host) => ({ host }))
  const archive = (host: string, part: Partial<RestoreArchive> = {}): RestoreArchive => ({
    host,
    server: host,
    path: host,
    sha256: '',
    bytes: 1,
    contentBytes: 1,
    setId: 's1',
    startedAt: '',
    position: { timeline: 't', number: 7 },
    ...part,
  })
  const check = (...archives: RestoreArchive[]) => assertWholeSet({ servers } as unknown as Domain, archives)
  expect(() => check(archive('hq-mas'), archive('tk-ml1'))).not.toThrow()
  expect(problemOf(() => check(archive('hq-mas')))).toMatchObject({
    code: 'restore-needs-all',
    params: { hosts: 'tk-ml1' },
  })
  for (const part of [{ setId: 's2' }, { position: { timeline: 't', number: 6 } }, { position: null }]) {
    expect(problemOf(() => check(archive('hq-mas'), archive('tk-ml1', part)))).toMatchObject({
      code: 'restore-set-mixed',
    })
  }
})
