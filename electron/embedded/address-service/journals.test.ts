import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Change } from '../../../shared/model/change.ts'
import { problemOf } from '../testing/sample.ts'
import { openJournals } from './journals.ts'

const base = mkdtempSync(join(tmpdir(), 'unt-'))
afterAll(() => rmSync(base, { recursive: true }))

const change = (number: number): Change => ({
  timeline: 'first',
  number,
  at: '2026-01-01T00:00:00.000Z',
  operator: 'gmadmin',
  action: 'register',
  before: null,
  after: { kind: 'user', id: `u${number}`, name: '名', organizationId: 'o1', host: 'hq-mas' },
})

function opened(name: string) {
  const folder = join(base, name)
  mkdirSync(folder)
  const place = { host: 'tk-ml1', folder, file: join(folder, 'j'), wholeFolder: false, warning: null } as const
  return openJournals([{ ...place, sealedFolder: join(folder, 'sealed') }], ['tk-ml1'], () => {})
}

const lost = [{ first: 72, last: 81 }]
const repaired = { id: 'second', parent: 'first', fork: 83, generation: 1, lost }

test('a journal that is lost is written anew over changes that were given up', () => {
  const journals = opened('given-up')
  journals.follow({ position: { timeline: 'second', number: 83 }, ancestry: [repaired] })
  journals.append([change(71), change(82), change(83)])
  expect(journals.list()).toMatchObject([{ records: 3, last: { number: 83 } }])
  journals.close()
})

test('nothing else may be missing from it', async () => {
  const journals = opened('gap')
  journals.follow({ position: { timeline: 'second', number: 83 }, ancestry: [repaired] })
  expect(await problemOf((async () => journals.append([change(70), change(82)]))())).toBe('journal-failed')
  journals.close()
})
