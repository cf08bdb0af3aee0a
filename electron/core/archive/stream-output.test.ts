import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fail } from '../../../shared/model/problem.ts'
import { memoryMedium } from '../../adapters/media/testing/memory.ts'
import type { Medium } from '../ports/medium.ts'
import { archiveKit, problemOf, run } from './testing/archive-kit.ts'

const kit = archiveKit()

function randomTree(megabytes: number): string {
  const root = join(kit.newFolder(), 'root')
  mkdirSync(root)
  run('dd', 'if=/dev/urandom', `of=${join(root, 'data')}`, 'bs=1M', `count=${megabytes}`, 'status=none')
  return root
}

it('hands the same archive to a medium that is no file', async () => {
  const root = randomTree(20)
  const medium = memoryMedium()
  const written = await kit.create([root], '/memory/a.tar.zst', { medium })
  const bytes = medium.archives.get('/memory/a.tar.zst') ?? Buffer.alloc(0)
  expect(bytes.length).toBe(written.bytes)
  const copy = join(kit.newFolder(), 'a.tar.zst')
  writeFileSync(copy, bytes)
  expect((await kit.verify(copy)).summary.sha256).toBe(written.sha256)
})

it('ends with what the medium says, and leaves nothing there', async () => {
  const medium = memoryMedium({ capacity: 5_000_000 })
  const problem = await problemOf(kit.create([randomTree(20)], '/memory/a.tar.zst', { medium }))
  expect(problem.code).toBe('medium-full')
  expect([medium.archives.size, medium.unfinished.size]).toEqual([0, 0])
})

/** A memory medium whose first write ends only when it is told to. */
function waiting(until: (signal: AbortSignal) => Promise<void>): Medium {
  const medium = memoryMedium()
  return {
    ...medium,
    create: async (path, options) => {
      const writer = await medium.create(path, options)
      const write = async () => until(options?.signal ?? AbortSignal.abort())
      return { ...writer, sink: { kind: 'stream', write } }
    },
  }
}

it('does not read on while the medium keeps it waiting, and can be cancelled then', async () => {
  const controller = new AbortController()
  let read = 0
  let cancelled = 0
  const medium = waiting(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(fail('cancelled')))
        setTimeout(() => {
          cancelled = performance.now()
          controller.abort(fail('cancelled'))
        }, 1500)
      }),
  )
  const onProgress = ({ bytesDone }: { bytesDone: number }) => {
    read = bytesDone
  }
  const work = kit.create([randomTree(60)], '/memory/a.tar.zst', { medium, signal: controller.signal, onProgress })
  expect((await problemOf(work)).code).toBe('cancelled')
  expect(performance.now() - cancelled).toBeLessThan(1000)
  expect(read).toBeLessThan(40 * 1024 * 1024)
})
