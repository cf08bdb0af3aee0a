import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'
import { partialOf, slowTarget } from './testing/slow-run.ts'

// Defects that break it: a medium that is measured by the archive's hope instead of its need, a full disk that ends
// the process, a half-written archive that stays.
let shell: Shell
let disk: string
let mounted = false
beforeAll(async () => {
  shell = await openShell()
  disk = join(shell.base, 'disk')
  mkdirSync(disk)
  mounted = mount()
  if (!mounted) return
  await shell.init()
  writeFileSync(shell.config, slowTarget(shell, 100))
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(async () => {
  if (mounted) execFileSync('umount', [disk])
  await shell.remove()
})

function mount(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', disk], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

function fill(file: string): void {
  const fd = openSync(file, 'w')
  const block = Buffer.alloc(256 * 1024)
  try {
    while (writeSync(fd, block) === block.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(fd)
  }
}

describe('a medium of 60 MB', () => {
  const backup = (to: string) => ['backup', '--server', 'hq-mas', '--to', to, '--yes']

  it('that is too small from the start is refused before anything stops: 12', async ({ skip }) => {
    if (!mounted) skip('only the superuser can mount a small file system')
    const before = shell.snapshot()
    fill(join(disk, 'filler'))
    const ended = await shell.run(backup(join(disk, 'a.tar.zst')))
    expect([ended.code, ended.problem]).toEqual([12, 'medium-too-small'])
    expect(shell.snapshot()).toEqual(before)
    expect(readdirSync(disk)).toEqual(['filler'])
    rmSync(join(disk, 'filler'))
  })

  it('that becomes full while it is written: 2, services up again, nothing left', async ({ skip }) => {
    if (!mounted) skip('only the superuser can mount a small file system')
    const to = join(disk, 'b.tar.zst')
    const partial = partialOf(to)
    const running = shell.begin([...backup(to), '--config', shell.config, '--json'])
    await partial
    expect(shell.pid('hq-mas', 'object-server')).toBeNull()
    fill(join(disk, 'filler'))
    const ended = await running.ended
    expect([ended.code, ended.problem]).toEqual([2, 'medium-full'])
    expect(ended.result).toMatchObject({ outcome: 'failed-restored', servicesDown: [] })
    expect(readdirSync(disk)).toEqual(['filler'])
    const { pids, runRecords } = shell.snapshot()
    expect(runRecords).toEqual([])
    for (const id of ['object-server', 'address-service', 'server', 'scheduler']) {
      expect(pids[`hq-mas/${id}`]).not.toBeNull()
    }
    expect(await shell.run(['register', 'user', '--name', '満杯 太郎'])).toMatchObject({ code: 0 })
  })
})
