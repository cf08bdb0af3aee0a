import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isWorkLeftBehind } from '../../ports/left-behind.ts'
import { archiveKit, problemOf } from '../testing/archive-kit.ts'
import { extractTo } from './extract.ts'

// Broken by: a cancel that removes what a thread still writes, that waits for it, or that leaves what it writes later.
const kit = archiveKit()

/** A thread that a disk keeps in the middle of making something until the file `answers` is there. */
function keptThread(answers: string): string {
  const path = join(kit.newFolder(), 'kept.cjs')
  writeFileSync(
    path,
    `const { existsSync, mkdirSync } = require('node:fs')
     const { workerData } = require('node:worker_threads')
     const [{ to }] = workerData.task.into
     const pause = new Int32Array(new SharedArrayBuffer(4))
     mkdirSync(to + '/early', { recursive: true })
     while (!existsSync(${JSON.stringify(answers)})) Atomics.wait(pause, 0, 0, 20)
     mkdirSync(to + '/early/late', { recursive: true })`,
  )
  return path
}

it('is cancelled within a second though the disk does not answer, and leaves nothing once it does', async () => {
  const [root, folder] = [join(kit.newFolder(), 'root'), kit.newFolder()]
  mkdirSync(root)
  const archive = join(kit.newFolder(), 'a.tar.zst')
  await kit.create([root], archive)
  const answers = join(kit.newFolder(), 'answers')
  const controller = new AbortController()
  const options = { archive, workerPath: keptThread(answers), signal: controller.signal }
  const work = problemOf(extractTo(join(folder, 'x'), options))
  await expect.poll(() => existsSync(join(folder, 'x.partial', 'early')), { timeout: 20_000 }).toBe(true)
  const at = performance.now()
  controller.abort()
  expect((await work).code).toBe('cancelled')
  expect(performance.now() - at).toBeLessThan(1000)
  expect(isWorkLeftBehind()).toBe(true)
  writeFileSync(answers, '')
  await expect.poll(isWorkLeftBehind, { timeout: 20_000 }).toBe(false)
  expect(readdirSync(folder)).toEqual([])
})
