import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import type { Domain } from '../../../shared/model/domain.ts'
import type { ChangeRange } from '../../../shared/model/position.ts'
import { fail } from '../../../shared/model/problem.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { encodeRecord } from '../../formats/journal-record.ts'
import { sampleRecords, sampleServer, withFolder, writeServerTree } from '../../formats/testing/sample.ts'
import { problemOf } from '../testing/sample.ts'
import { readJournals } from './read-journals.ts'

const place = { position: { timeline: 't1', number: 5_000 }, ancestry: [] }
const between = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at)

/** The journals of a master and of one server beside it, with records of these numbers. */
async function withJournals(own: [number, number], other: [number, number], use: (domain: Domain) => Promise<void>) {
  await withFolder(async (folder) => {
    const master = sampleServer(join(folder, 'hq-mas'))
    writeServerTree(master, join(folder, 'journal'))
    const servers = [master, sampleServer(join(folder, 'tk-ml1'), { host: 'tk-ml1', roles: ['mail'] })]
    const domain = { servers } as unknown as Domain
    for (const [index, { file }] of journalPlaces(domain).entries()) {
      const [first, last] = index === 0 ? own : other
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, Buffer.concat(sampleRecords(last - first + 1, first).map(encodeRecord)))
    }
    await use(domain)
  })
}

type Options = Parameters<typeof readJournals>[4]

async function reading(domain: Domain, wanted: readonly ChangeRange[], options: Options = {}): Promise<number[][]> {
  const pages: number[][] = []
  for await (const page of readJournals(domain, place, null, wanted, options))
    pages.push(page.map(({ number }) => number))
  return pages
}

it('gives what is wanted in order and in pages', () =>
  withJournals([1, 600], [400, 900], async (domain) => {
    const wanted = [
      { first: 2, last: 10 },
      { first: 300, last: 850 },
      { first: 890, last: 1_200 },
    ]
    const there = [...between(2, 10), ...between(300, 850), ...between(890, 900)]
    const pages = await reading(domain, wanted)
    expect(pages.flat()).toEqual(there)
    expect(pages.map((page) => page.length)).toEqual([200, 200, 171])
  }))

it('gives the same however little is held at a time', () =>
  withJournals([1, 60], [40, 90], async (domain) => {
    const wanted = [
      { first: 2, last: 10 },
      { first: 30, last: 120 },
    ]
    const there = [...between(2, 10), ...between(30, 90)]
    const sizes: number[] = []
    for (const most of [1, 4_000, 1_000_000]) {
      const pages = await reading(domain, wanted, { most })
      expect(pages.flat()).toEqual(there)
      sizes.push(pages.length)
    }
    expect(sizes[0]).toBe(there.length)
    expect(sizes[1]).toBeGreaterThan(1)
    expect(sizes[1]).toBeLessThan(there.length)
    expect(sizes[2]).toBe(1)
  }))

it('makes no page longer than a message may be', () =>
  withJournals([1, 4], [1, 1], async (domain) => {
    const records = sampleRecords(4).map((record) => ({ ...record, operator: 'x'.repeat(700_000) }))
    writeFileSync(journalPlaces(domain)[0]?.file ?? '', Buffer.concat(records.map(encodeRecord)))
    expect(await reading(domain, [{ first: 2, last: 4 }])).toEqual([[2, 3], [4]])
  }))

it('finds what a seal moves while it reads', () =>
  withJournals([1, 150], [151, 160], async (domain) => {
    const [, { file, sealedFolder } = { file: '', sealedFolder: '' }] = journalPlaces(domain)
    const pages = reading(domain, [{ first: 140, last: 160 }])
    const sealed = join(sealedFolder, '1', 'journal')
    mkdirSync(sealed, { recursive: true })
    renameSync(file, join(sealed, 'registration.journal'))
    expect((await pages).flat()).toEqual(between(140, 160))
  }))

it('lets others have their turn, and ends when it is told to', () =>
  withJournals([1, 1_000], [1, 1_000], async (domain) => {
    let turns = 0
    let last: NodeJS.Immediate
    const turn = (): void => {
      turns += 1
      last = setImmediate(turn)
    }
    last = setImmediate(turn)
    await reading(domain, [{ first: 1, last: 1 }])
    clearImmediate(last)
    expect(turns).toBeGreaterThanOrEqual(20)

    const abort = new AbortController()
    const cancelled = problemOf(reading(domain, [{ first: 1, last: 1 }], { signal: abort.signal }))
    abort.abort(fail('cancelled'))
    expect(await cancelled).toBe('cancelled')
  }))
