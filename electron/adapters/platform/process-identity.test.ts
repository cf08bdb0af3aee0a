import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withFolder } from '../../formats/testing/sample.ts'
import { bootId, isAlive, processIdentity, processStartedAt } from './process-identity.ts'

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

test('a process is known by its start, and gone once it ended', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const identity = processIdentity(child.pid ?? 0)
  expect(identity?.pid).toBe(child.pid)
  if (identity === null) throw new Error('not found')
  expect(isAlive(identity)).toBe(true)
  expect(isAlive({ ...identity, startTicks: identity.startTicks - 1 })).toBe(false)
  expect(Math.abs(Date.parse(processStartedAt(identity)) - Date.now())).toBeLessThan(30_000)
  child.kill('SIGKILL')
  await ended(child)
  expect(processIdentity(identity.pid)).toBeNull()
  expect(isAlive(identity)).toBe(false)
})

test('a program may have spaces and parentheses in its name', () =>
  withFolder(async (folder) => {
    const program = join(folder, 'a) Z 1 (b')
    copyFileSync(realpathSync('/bin/sleep'), program)
    const child = spawn(program, ['60'])
    await once(child, 'spawn')
    const own = processIdentity(process.pid)?.startTicks ?? Number.POSITIVE_INFINITY
    expect(processIdentity(child.pid ?? 0)?.startTicks).toBeGreaterThanOrEqual(own)
    child.kill('SIGKILL')
    await ended(child)
  }))

test('a zombie is no process', async () => {
  // The shell becomes a program that never asks how its child ended, so that the child stays a zombie once killed.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  const identity = processIdentity(pid)
  expect(identity).not.toBeNull()
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => processIdentity(pid), { timeout: 20_000, interval: 5 }).toBeNull()
  expect(() => process.kill(pid, 0)).not.toThrow()
  parent.kill('SIGKILL')
  await ended(parent)
})

test('the boot has an identity', () => {
  expect(bootId()).toMatch(/^[0-9a-f-]{36}$/)
  expect(bootId()).toBe(bootId())
})
