import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { expect, it } from 'vitest'
import { newLoop } from '../adapters/media/testing/small-filesystem.ts'
import { openShell } from './testing/shell.ts'

// Broken by: an archive on a device that never counts, so that no journal is ever discarded, or one that counts although the device
// was written over since; a device that is known only to whoever holds the identity.
it('an archive on a device counts for the journals while it stands there, and no longer (root only)', {
  timeout: 240_000,
}, async (context) => {
  const shell = await openShell()
  const loops = [newLoop(shell.base, 16), newLoop(shell.base, 16)]
  const [one, other] = loops
  try {
    if (!one || !other) return context.skip('needs the superuser and loop devices')
    await shell.init()
    const recipient = await identityToRecipient(await generateIdentity())
    const written = readFileSync(shell.config, 'utf8')
    writeFileSync(shell.config, written.replace(/recordBytes: \d+/, `$&\n  encryption: {recipients: [${recipient}]}`))
    expect((await shell.run(['domain', 'start'])).code).toBe(0)
    const backup = async (to: string, ...words: string[]) => {
      expect((await shell.run(['register', 'user', '--name', '試験'])).code).toBe(0)
      expect(await shell.run(['backup', '--server', 'MASTER', '--to', to, '--yes', ...words])).toMatchObject({
        code: 0,
      })
    }
    const segments = async () => {
      const [journal] = (await shell.run(['journal', 'list', '--server', 'hq-mas'])).rows
      const { segments: sealed, discarded } = journal as { segments: { id: number }[]; discarded: { id: number }[] }
      return { sealed: sealed.map(({ id }) => id), discarded: discarded.map(({ id }) => id) }
    }
    const present = async () => (await shell.run(['archives'])).rows.map((row) => [row.path, row.present])

    await backup(one.path)
    expect(await present()).toEqual([[one.path, true]])
    expect(spawnSync('mkfs.ext4', ['-qF', one.path]).status).toBe(0)
    expect(await present()).toEqual([[one.path, false]])
    await backup(other.path)
    expect(await segments()).toEqual({ sealed: [1, 2], discarded: [] })
    await backup(one.path, '--overwrite-medium')
    expect(await present()).toEqual([
      [other.path, true],
      [one.path, true],
    ])
    expect(await segments()).toEqual({ sealed: [3], discarded: [1, 2] })
  } finally {
    await shell.remove()
    for (const loop of loops) loop?.end()
  }
})
