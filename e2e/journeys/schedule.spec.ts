import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { systemScreen } from '../screens/system.ts'

/**
 * Where units of this account go, and what shows them to the console: the superuser's are the machine's own, so a folder of the home
 * takes their place for the console alone.
 */
function units(home: string): { readonly folder: string; readonly under?: string } {
  if (process.getuid?.() !== 0) return { folder: join(home, '.config', 'systemd', 'user') }
  const [folder, under] = [join(home, 'units'), join(home, 'console.sh')]
  const inside = 'mount --bind "$0" /etc/systemd/system && exec "$ELECTRON_OVERRIDE_DIST_PATH/electron" "$@"'
  writeFileSync(under, `#!/bin/sh\nexec unshare --mount sh -c '${inside}' '${folder}' "$@"\n`)
  chmodSync(under, 0o700)
  return { folder, under }
}

// Broken by: a schedule that only the command knows, a next time that is none, or a night that failed and looks like any other.
test('システム管理 tells when the schedule runs next, and how the last backup ended', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const { folder, ...how } = units(home)
  mkdirSync(folder, { recursive: true })
  const at = ['--scheduler', 'systemd', '--at', '02:05', '--folder', folder]
  const installed = await untenseki('schedule', 'install', ...at)
  expect(installed.code, installed.stderr).toBe(0)
  const backups = join(home, 'data', 'untenseki', 'sample', 'backups')
  expect((await untenseki('backup', '--server', 'MASTER', '--to', `${backups}/`, '--yes')).code).toBe(0)
  const system = await systemScreen(await launchConsole(how))
  const schedule = system.page.locator('[data-fact="schedule"]')
  await expect(schedule).toHaveText(/^次回: \d{1,2}\/\d{1,2} 0?2:05:00 \(前回: 完了\)$/)
  await expect(schedule).toHaveAttribute('title', /\.timer/)
  await picture(system.page, 'schedule')
})
