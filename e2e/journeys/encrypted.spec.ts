import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { expect, picture, test } from '../fixtures.ts'
import { openNewestArchive } from '../screens/archive.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'
import { runBookScreen } from '../screens/run-book.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a window that reads an archive without the domain's identity, or a restore of which one reading lacks it.
test('an encrypted archive is looked into, taken out of and restored from the windows', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const sample = join(home, 'data/untenseki/sample')
  const config = join(sample, 'untenseki.yaml')
  const identity = await generateIdentity()
  const identityFile = join(home, 'identity.txt')
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 })
  const written = readFileSync(config, 'utf8')
  const how = `encryption: {recipients: [${await identityToRecipient(identity)}], identityFile: ${identityFile}}`
  writeFileSync(config, written.replace(/recordBytes: \d+/, `$&\n  ${how}`))
  const to = join(home, 'kept.tar.zst.age')
  expect((await untenseki('backup', '--server', 'MASTER', '--to', to, '--yes')).code).toBe(0)
  expect(readFileSync(to).toString('latin1', 0, 21)).toBe('age-encryption.org/v1')
  await untenseki('register', 'user', '--name', '暗号化の後', '--id', 'after')

  const app = await launchConsole()
  const system = await systemScreen(app)
  const { page, rows, facts } = await openNewestArchive(app, system.page)
  await expect(facts).toContainText('本社マスタ')
  await page.getByRole('searchbox', { name: '検索' }).fill('gmpublicinfo')
  await page.keyboard.press('Enter')
  await expect(rows).toHaveCount(1)
  await rows.first().click()
  await page.getByRole('button', { name: '取り出し' }).click()
  const place = join(home, 'elsewhere')
  const taking = page.getByRole('dialog', { name: '取り出し' })
  await taking.getByLabel('取り出し先').fill(place)
  await taking.getByRole('button', { name: '了解' }).click()
  await expect(page.locator('[data-task="extract"]')).toHaveAttribute('data-state', 'done')
  await picture(page, 'encrypted-extracted')
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name)).toEqual(['gmpublicinfo'])
  const live = join(sample, 'servers/hq-mas/var/opt/GroupMail/nxcdir/gmpublicinfo')
  expect(readFileSync(join(place, live), 'utf8')).toBe(readFileSync(live, 'utf8'))

  const database = await nameDatabaseScreen(app)
  const dialog = await database.openRestore()
  await expect(dialog.getByLabel('アーカイブ')).toHaveValue(to)
  writeFileSync(identityFile, `${await generateIdentity()}\n`)
  await dialog.getByRole('button', { name: '調べる' }).click()
  await expect(dialog.getByText('復号できません').first()).toBeVisible()
  await picture(database.page, 'encrypted-wrong-identity')
  writeFileSync(identityFile, `${identity}\n`)
  await dialog.getByRole('button', { name: '調べる' }).click()
  await expect(dialog.locator('[data-fact="replay"]')).toContainText('1件')
  await picture(database.page, 'encrypted-restore-plan')
  await dialog.getByRole('button', { name: '手順へ進む' }).click()
  const book = await runBookScreen(app)
  await book.all()
  expect(await book.ended(180_000)).toContain('完了')
  expect((await untenseki('search', '--kind', 'user', '--name', '暗号化の後', '--json')).stdout).toContain('"after"')
})
