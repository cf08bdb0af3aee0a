import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { watchSteps } from './testing/at-step.ts'
import { openShell, type Shell } from './testing/shell.ts'

// Defects that break it: an escalation that nobody allowed, one that does not come, a hung service that is called up, a machine
// that comes back from a power cut with its services down.
let shell: Shell
let written = ''
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
  written = readFileSync(shell.config, 'utf8')
})
afterAll(() => shell?.remove())

/** `startMs`: short where a start cannot succeed anyway. */
const configure = (escalation: string, { recovery = 'ask', startMs = 20_000 } = {}) => {
  const text = written
    .replace(/stopTimeoutMs: \d+/, 'stopTimeoutMs: 1500')
    .replace(/startTimeoutMs: \d+/, `startTimeoutMs: ${startMs}`)
    .replace(/retries: \d+/, 'retries: 1')
    .replace(/stopEscalation: \w+/, `stopEscalation: ${escalation}`)
    .replace(/recovery: [\w-]+/, `recovery: ${recovery}`)
  writeFileSync(shell.config, text)
}
const words = () => ['backup', '--server', 'MASTER', '--to', shell.backups, '--yes']
const downAtMaster = () =>
  Object.entries(shell.snapshot().pids).filter(([name, pid]) => name.startsWith('hq-mas/') && pid === null)

it('a service that hangs is ended by SIGKILL where the domain file says so, after the retries, and the backup is made', async () => {
  configure('kill')
  process.kill(shell.pid('hq-mas', 'server') ?? 0, 'SIGSTOP')
  const done = await shell.run(words())
  expect([done.code, done.problem]).toEqual([0, null])
  expect(done.stderr).toMatch(/by SIGTERM[\s\S]*by SIGKILL/)
  expect(downAtMaster()).toEqual([])
}, 120_000)

it('without an escalation it is left alone, and the run says so and gives up', async () => {
  // The hung service and the one that needs it are each tried to be started, and once again.
  configure('none', { startMs: 1000 })
  const hung = shell.pid('hq-mas', 'server') ?? 0
  process.kill(hung, 'SIGSTOP')
  try {
    const done = await shell.run([...words()])
    expect([2, 3]).toContain(done.code)
    expect(done.problem).toBe('service-stop-timeout')
    expect(done.stderr).not.toContain('SIGKILL')
    expect(shell.pid('hq-mas', 'server')).toBe(hung)
    expect(shell.snapshot().runRecords).toEqual([])
  } finally {
    process.kill(hung, 'SIGCONT')
  }
  configure('none')
  expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
  expect(downAtMaster()).toEqual([])
}, 120_000)

it('recover asks a person where the policy says so, and else starts what a dead run had stopped, asking nobody', async () => {
  configure('none')
  const steps = watchSteps(shell)
  const begun = shell.begin([...words(), '--config', shell.config, '--json'])
  expect(await steps.reached(begun, 'stop-object-server', 'step-done', () => begun.child.kill('SIGKILL'))).toBe(true)
  await begun.ended
  expect(await shell.run(['recover'])).toMatchObject({ code: 11, problem: 'run-unfinished' })
  expect(downAtMaster()).not.toEqual([])
  configure('none', { recovery: 'restart-services' })
  expect(await shell.run(['recover'])).toMatchObject({ code: 0, result: { servicesDown: [] } })
  expect([downAtMaster(), shell.snapshot().runRecords]).toEqual([[], []])
  expect((await shell.run(['recover'])).code).toBe(0)
}, 120_000)
