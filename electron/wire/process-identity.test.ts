import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withFolder } from '../formats/testing/sample.ts'
import { bootId, isSameProcess, startTicksOf } from './process-identity.ts'

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

test('a process is known by its start, and gone once it ended', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  const startTicks = startTicksOf(pid) ?? ''
  expect(startTicks).toMatch(/^\d+$/)
  expect(isSameProcess({ pid, startTicks })).toBe(true)
  expect(isSameProcess({ pid, startTicks: `${startTicks}0` })).toBe(false)
  expect(isSameProcess({ pid, startTicks, bootId: bootId() })).toBe(true)
  expect(isSameProcess({ pid, startTicks, bootId: 'the boot before' })).toBe(false)
  child.kill('SIGKILL')
  await ended(child)
  expect(startTicksOf(pid)).toBeNull()
  expect(isSameProcess({ pid, startTicks })).toBe(false)
})

test('a program may have spaces and parentheses in its name', () =>
  withFolder(async (folder) => {
    const program = join(folder, 'a) Z 1 (b')
    copyFileSync(realpathSync('/bin/sleep'), program)
    const child = spawn(program, ['60'])
    await once(child, 'spawn')
    const own = Number(startTicksOf(process.pid) ?? Number.POSITIVE_INFINITY)
    expect(Number(startTicksOf(child.pid ?? 0))).toBeGreaterThanOrEqual(own)
    child.kill('SIGKILL')
    await ended(child)
  }))

test('a zombie is no process', async () => {
  // The shell becomes a program that never asks how its child ended, so that the child stays a zombie once killed.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  expect(startTicksOf(pid)).not.toBeNull()
  // A shell that is still a shell would ask how its child ended.
  const program = () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim()
  await expect.poll(program, { timeout: 20_000, interval: 5 }).toBe('sleep')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => startTicksOf(pid), { timeout: 20_000, interval: 5 }).toBeNull()
  expect(() => process.kill(pid, 0)).not.toThrow()
  parent.kill('SIGKILL')
  await ended(parent)
})
