import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: a job in the terminal that leaves services up that it found down (or down that it found up),
// or whose last path is not the archive's.
let shell: Shell
beforeAll(async () => {
  shell = await openShell({ root: join('untenseki', 'sample') })
})
afterAll(() => shell.remove())

const states = () => Object.values(shell.snapshot().pids).map((pid) => pid !== null)

it('the main job runs in the terminal on a machine without anything, and leaves the domain as it was', async () => {
  const first = await shell.plain(['run-sample'])
  expect(first.code).toBe(0)
  const path = first.stdout.trimEnd().split('\n').at(-1) ?? ''
  expect(path.startsWith(shell.backups)).toBe(true)
  expect(readFileSync(path).length).toBeGreaterThan(10_000)
  expect(states()).toEqual(Array(12).fill(false))
  expect(await shell.run(['verify', path])).toMatchObject({ code: 0 })
})

it('the console finds the domain started, again after its services were killed', async () => {
  for (const round of [1, 2]) {
    const ended = await shell.plain(['prepare-sample'])
    expect([round, ended.code, ended.stdout]).toEqual([round, 0, `${shell.config}\n`])
    expect(states()).toEqual(Array(12).fill(true))
    if (round === 1) for (const pid of Object.values(shell.snapshot().pids)) process.kill(pid ?? 0, 'SIGKILL')
  }
})

it('the job in the terminal leaves running what it found running', async () => {
  expect((await shell.plain(['run-sample'])).code).toBe(0)
  expect(states()).toEqual(Array(12).fill(true))
})
