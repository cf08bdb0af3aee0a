import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { mountSmallDisk } from '../../commands/testing/matrix/small-disk.ts'
import { assertNoRestoreMark } from '../../formats/restore-mark.ts'
import {
  listRestoreRecords,
  type RestoreRecord,
  readRestoreRecord,
  writeRestoreRecord,
} from '../../formats/restore-record.ts'
import { bundleChild, killPoint, startChild } from '../../formats/testing/child.ts'
import { problemOf, withFolder } from '../../formats/testing/sample.ts'
import { orCancelled } from '../ports/left-behind.ts'
import { makeMoves } from './moves.ts'
import { discardReplaced, discardStaged, findUnsettledSwap, keepsReplaced, settleSwap, swap } from './swap.ts'
import { exchanged, makeExchange, runId, treeOf } from './testing/tree.ts'

const hosts = ['hq-mas']

async function withExchange(use: (root: string, record: RestoreRecord, live: string) => void | Promise<void>) {
  await withFolder((root) => use(root, makeExchange(root), join(root, 'live')))
}

test('exchanges every kind of place, keeps the journals that are live, and keeps what was replaced until it is discarded', () =>
  withExchange(async (root, record, live) => {
    const before = treeOf(live)
    chmodSync(join(live, 'mounted'), 0o750)
    const swapped = swap(root, { ...record, folders: makeExchangeFolders(record, live) })
    expect(treeOf(live)).toEqual(exchanged)
    expect(() => assertNoRestoreMark(root, 'hq-mas')).not.toThrow()
    expect(keepsReplaced(swapped)).toBe(true)
    expect(listRestoreRecords(root)).toEqual([swapped])
    settleSwap(root, swapped, 'back')
    expect(treeOf(live)).toEqual(before)
    expect(statSync(join(live, 'mounted')).mode & 0o777).toBe(0o750)
    const again = settleSwap(root, swapped, 'forward')
    expect(await discardReplaced(root, again)).toMatchObject({ phase: 'discarded' })
    expect(treeOf(live)).toEqual(exchanged)
    expect(readdirSync(live, { recursive: true }).filter((name) => String(name).includes('restore'))).toEqual([])
  }))

/** The folders' facts of a record, with what the mount point's folder is now. */
function makeExchangeFolders(record: RestoreRecord, live: string): RestoreRecord['folders'] {
  return record.folders.map((one) => ({
    ...one,
    before: { ...one.before, mode: statSync(join(live, 'mounted')).mode & 0o7777 },
  }))
}

test('every prefix of the renames can be made whole, forward and back', async () => {
  let length = 1
  for (let made = 0; made <= length; made += 1) {
    for (const direction of ['forward', 'back'] as const) {
      await withExchange(async (root, record, live) => {
        const before = treeOf(live)
        length = record.moves.length
        makeMoves(record.moves.slice(0, made), 'forward')
        const settled = settleSwap(root, { ...record, phase: 'swapping' }, direction)
        expect(treeOf(live)).toEqual(direction === 'forward' ? exchanged : before)
        if (direction === 'back') await discardStaged(root, settled)
        expect(existsSync(join(live, 'mounted', '.untenseki-restore-20261122T020014Z-1a2b3c'))).toBe(
          direction === 'forward',
        )
      })
    }
  }
  expect(length).toBeGreaterThan(10)
})

test('killed at any moment it leaves all of one or the other, or a mark that keeps everything from starting', () =>
  withFolder(async (folder) => {
    const child = await bundleChild(
      folder,
      `${killPoint}
      import { swap } from '@/electron/core/restore/swap.ts'
      import { readFileSync } from 'node:fs'
      swap(process.argv[2], JSON.parse(readFileSync(process.argv[3], 'utf8')))
      console.log('done')`,
    )
    let over = false
    let between = 0
    for (let point = 1; !over; point += 3) {
      await withExchange(async (root, record, live) => {
        const before = treeOf(live)
        writeFileSync(join(root, 'record'), JSON.stringify(record))
        const swapUntil = (call: number) => startChild(child, [root, join(root, 'record'), String(call)]).ended
        over = (await swapUntil(point)).end === 0
        // The one that goes on with it dies, too.
        if (point % 2 === 0 && !over) await swapUntil(1 + (point % 17))
        const left = treeOf(live)
        const unsettled = findUnsettledSwap(root, hosts)
        if (unsettled === null) {
          expect([before, exchanged]).toContainEqual(left)
          return
        }
        between += 1
        expect(problemOf(() => assertNoRestoreMark(root, 'hq-mas'))).toMatchObject({ code: 'restore-unsettled' })
        const direction = point % 4 === 1 ? 'forward' : 'back'
        settleSwap(root, unsettled, direction)
        expect(treeOf(live)).toEqual(direction === 'forward' ? exchanged : before)
        expect(findUnsettledSwap(root, hosts)).toBeNull()
      })
    }
    expect(between).toBeGreaterThan(15)
  }))

test('a rename that fails is taken back, and nothing is marked', () =>
  withExchange((root, record, live) => {
    const before = treeOf(live)
    writeFileSync(join(root, 'x'), '')
    const impossible = { from: join(root, 'x'), to: join(root, 'no', 'folder', 'x'), own: 'to' as const }
    const broken = { ...record, moves: [...record.moves, impossible] }
    expect(problemOf(() => swap(root, broken))).toMatchObject({ code: 'restore-swap-failed' })
    expect(treeOf(live)).toEqual(before)
    expect(() => assertNoRestoreMark(root, 'hq-mas')).not.toThrow()
  }))

test('takes the place of nothing that someone has put there meanwhile', () =>
  withExchange((root, record, live) => {
    writeFileSync(join(live, 'lost', 'nxudir'), 'mine')
    expect(problemOf(() => swap(root, record))).toMatchObject({ code: 'restore-interfered' })
    expect(treeOf(live)).toMatchObject({ 'lost/nxudir': 'mine', 'nxcdir/a': 'new a' })
  }))

test('says so where someone removed what is half exchanged, and lets nothing start', () =>
  withExchange((root, record, live) => {
    makeMoves(record.moves.slice(0, 1), 'forward')
    const [first] = record.places
    rmSync(first?.staged ?? '', { recursive: true })
    expect(problemOf(() => settleSwap(root, { ...record, phase: 'swapping' }, 'back'))).toMatchObject({
      code: 'restore-interfered',
    })
    expect(problemOf(() => assertNoRestoreMark(root, 'hq-mas'))).toMatchObject({ code: 'restore-unsettled' })
    mkdirSync(first?.staged ?? '')
    settleSwap(root, { ...record, phase: 'swapping' }, 'back')
    expect(treeOf(live)).toMatchObject({ 'nxcdir/a': 'new a' })
  }))

test('goes back without a restored file that is gone, as often as it is interrupted; a folder must be put back', async () => {
  for (let again = 0; again <= 12; again += 1) {
    await withExchange(async (root, record, live) => {
      const before = treeOf(live)
      const swapped = swap(root, record)
      rmSync(join(live, 'db', 'master01'))
      makeMoves(record.moves, 'back')
      // As a crash leaves it that came when so many were not yet taken back.
      makeMoves(record.moves.slice(0, again), 'forward')
      await discardStaged(root, settleSwap(root, swapped, 'back'))
      expect(treeOf(live)).toEqual(before)
    })
  }
  await withExchange((root, record, live) => {
    const swapped = swap(root, record)
    rmSync(join(live, 'nxsdir'), { recursive: true })
    expect(problemOf(() => settleSwap(root, swapped, 'back'))).toMatchObject({ code: 'restore-interfered' })
  })
})

// Broken by: a removal under the hands of a thread that a disk kept, which fails or leaves what comes later.
test('removes what was staged once a cancelled thread that a disk kept has written its last there', () =>
  withExchange(async (root, record) => {
    const work = record.places[0]?.work ?? ''
    let answer: () => void = () => undefined
    const kept = new Promise<void>((resolve) => {
      answer = resolve
    }).then(() => void mkdirSync(join(work, 'late'), { recursive: true }))
    await expect(orCancelled(kept, AbortSignal.abort())).rejects.toThrow('cancelled')
    const discarded = discardStaged(root, { ...record, phase: 'staging' })
    expect(await Promise.race([discarded, setTimeout(500, 'waits')])).toBe('waits')
    answer()
    expect(await discarded).toMatchObject({ phase: 'undone' })
    expect(existsSync(work)).toBe(false)
  }))

test('never removes staged data that is live, nor replaced data before the swap is made', () =>
  withExchange(async (root, record) => {
    await expect(discardReplaced(root, record)).rejects.toThrow('restore-not-discardable')
    const swapped = swap(root, record)
    await expect(discardStaged(root, swapped)).rejects.toThrow('restore-not-discardable')
    const [place] = record.places
    const elsewhere = { ...swapped, places: [{ ...place, work: root }] } as RestoreRecord
    await expect(discardReplaced(root, elsewhere)).rejects.toThrow('restore-interfered')
    expect(readRestoreRecord(root, runId)).toMatchObject({ phase: 'swapped' })
  }))

test('a mark that cannot be read lets nothing start', () =>
  withExchange((root, record) => {
    swap(root, record)
    mkdirSync(join(root, 'restore'), { recursive: true })
    writeFileSync(join(root, 'restore', 'hq-mas.mark'), 'garbage')
    expect(problemOf(() => assertNoRestoreMark(root, 'hq-mas'))).toMatchObject({ code: 'restore-record-corrupt' })
    renameSync(join(root, 'restore', 'hq-mas.mark'), join(root, 'restore', 'elsewhere'))
    expect(() => assertNoRestoreMark(root, 'hq-mas')).not.toThrow()
  }))

test('on a disk that is full at any point it exchanges everything, or takes all back and leaves nothing that keeps a server down (root only)', async ({
  skip,
}) => {
  const ends = new Set<string>()
  for (let pages = 0; pages <= 12; pages += 1) {
    await withFolder(async (folder) => {
      const disk = mountSmallDisk(folder)
      if (disk === null) return skip('only the superuser can mount a small file system')
      try {
        const record = { ...makeExchange(folder), hosts: ['hq-mas', 'tk-ml1', 'os-ml1'] }
        const live = join(folder, 'live')
        const before = treeOf(live)
        writeRestoreRecord(folder, record)
        disk.fill(pages * 4096)
        let ended: string | null = null
        try {
          swap(folder, record)
        } catch (error) {
          ended = toProblem(error).code
        }
        ends.add(ended ?? 'exchanged')
        expect(treeOf(live)).toEqual(ended === null ? exchanged : before)
        for (const host of record.hosts) expect(() => assertNoRestoreMark(folder, host)).not.toThrow()
        if (ended !== null) expect(await discardStaged(folder, record)).toMatchObject({ phase: 'undone' })
      } finally {
        disk.unmount()
      }
    })
  }
  expect(ends).toEqual(new Set(['state-folder-failed', 'exchanged']))
})
