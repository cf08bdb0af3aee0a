import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withFolder } from '../formats/testing/sample.ts'
import { buildCommands } from './testing/build-commands.ts'

/** Runs the commands with a fault of its own planted beside them. */
async function runWith(fault: string, ...words: string[]) {
  const cli = await buildCommands()
  return withFolder((folder) => {
    const planted = join(folder, 'fault.cjs')
    writeFileSync(planted, fault)
    return spawnSync(process.execPath, ['--require', planted, cli, ...words], { encoding: 'utf8', timeout: 60_000 })
  })
}

test('a fault of ours never ends with "done" or "done with warnings", and is told', { timeout: 120_000 }, async () => {
  expect((await runWith('', '--help')).status).toBe(0)
  const thrown = await runWith("setImmediate(() => { throw new Error('boom') })", '--help')
  expect(thrown.status).toBe(2)
  expect(thrown.stderr).toContain('boom')
  const rejected = await runWith("Promise.reject(new Error('boom'))", '--help')
  expect(rejected.status).toBe(2)
})

test('work that never says how it ended does not look done', { timeout: 120_000 }, async () => {
  const lost = await runWith('Promise.prototype.then = () => undefined', '--help')
  expect(lost.status).toBe(3)
})
