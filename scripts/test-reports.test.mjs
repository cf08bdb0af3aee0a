import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { run } from './lib/exec.mjs'
import { root } from './lib/paths.mjs'
import { countE2e, countUnit } from './lib/test-reports.mjs'

const folder = mkdtempSync(join(tmpdir(), 'reports-'))
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
afterAll(() => rmSync(folder, { recursive: true }))

const tests = (runner) => `
import { expect, test } from '${runner}'
test('is right', () => expect(1).toBe(1))
test('is wrong', () => expect('this').toBe('that'))
`

async function runnerReports(program, args, env = {}) {
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: 'ignore' }
  const { code } = await run(process.execPath, [join(root, 'node_modules', program), ...args], options)
  expect(code).not.toBe(0)
}

it('names what failed in a real run of vitest, and a file that could not be loaded', async () => {
  writeFileSync(join(folder, 'one.test.mjs'), tests('vitest'))
  writeFileSync(join(folder, 'two.test.mjs'), "import './missing.mjs'\n")
  const report = join(folder, 'unit.json')
  await runnerReports('vitest/vitest.mjs', ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`])
  const { passed, failed, failures } = countUnit(report)
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 })
  expect(failures).toHaveLength(2)
  expect(failures.map(({ title }) => title).join()).toMatch(/one\.test\.mjs is wrong/)
  expect(failures.map(({ message }) => message).join()).toMatch(/expected 'this' to be 'that'/)
  expect(failures.map(({ message }) => message).join()).toMatch(/missing\.mjs/)
})

it('names what failed in a real run of Playwright', async () => {
  writeFileSync(join(folder, 'one.spec.mjs'), tests('@playwright/test'))
  const report = join(folder, 'e2e.json')
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report }
  await runnerReports('@playwright/test/cli.js', ['test', 'one.spec', '--reporter=json'], env)
  const { passed, failed, failures } = countE2e(report)
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 })
  expect(failures).toEqual([{ title: 'one.spec.mjs:4 is wrong', message: expect.stringContaining('that') }])
})
