import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { openNewestArchive } from '../screens/archive.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a browser that shows another archive than the one chosen, a search that misses, or an extraction that
// takes out more or less than was chosen, or overwrites.
test('an archive is opened from the 履歴, searched, and a chosen file is taken out elsewhere', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const to = join(home, 'kept.tar.zst')
  expect((await untenseki('backup', '--server', 'MASTER', '--to', to, '--yes')).code).toBe(0)
  const app = await launchConsole()
  const system = await systemScreen(app)
  const { page, rows, facts } = await openNewestArchive(app, system.page)
  await expect(facts).toContainText('本社マスタ')
  await expect(rows.first()).toBeVisible()
  await picture(page, 'archive')

  // All is all, not what was read so far: the heads sort it, and Ctrl+A chooses it.
  await page.getByRole('searchbox', { name: '検索' }).fill('/')
  await page.keyboard.press('Enter')
  const shown = page.locator('[data-cell="shown"]')
  await expect(shown).toContainText('200件(続きあり)')
  await page.getByRole('button', { name: '大きさ' }).click()
  await expect(shown).toContainText(/^1,3\d\d件$/)
  await page.getByRole('button', { name: '大きさ' }).click()
  await expect(rows.first()).toContainText(/\d{3} KB/)
  await rows.first().click()
  await page.keyboard.press('Control+a')
  await expect(page.locator('[data-cell="selection"]')).toContainText(/1,3\d\d/)
  await page.getByRole('searchbox', { name: '検索' }).fill('gmpublicinfo')
  await page.keyboard.press('Enter')
  await expect(rows).toHaveCount(1)
  // What was chosen before is not taken out with what was found, nor does its order stand.
  await expect(page.locator('[data-cell="selection"]')).not.toContainText(/1,3\d\d/)
  await expect(page.locator('[aria-sort="ascending"], [aria-sort="descending"]')).toHaveCount(0)
  await rows.first().click()
  await page.getByRole('button', { name: '取り出し' }).click()
  const dialog = page.getByRole('dialog', { name: '取り出し' })
  await dialog.getByLabel('取り出し先').fill('elsewhere')
  await dialog.getByRole('button', { name: '了解' }).click()
  await expect(dialog.getByRole('alert')).toContainText('「/」から')
  const place = join(home, 'elsewhere')
  await dialog.getByLabel('取り出し先').fill(place)
  await dialog.getByRole('button', { name: '了解' }).click()
  await expect(page.locator('[data-task="extract"]')).toHaveAttribute('data-state', 'done')
  await picture(page, 'archive-extracted')
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name)).toEqual(['gmpublicinfo'])
  const sample = join(home, 'data/untenseki/sample')
  const live = join(sample, 'servers/hq-mas/var/opt/GroupMail/nxcdir/gmpublicinfo')
  expect(readFileSync(join(place, live), 'utf8')).toBe(readFileSync(live, 'utf8'))

  await page.getByRole('button', { name: '取り出し' }).click()
  await dialog.getByLabel('取り出し先').fill(place)
  await dialog.getByRole('button', { name: '了解' }).click()
  await expect(page.locator('[data-task="extract"]')).toHaveAttribute('data-state', 'failed')
  expect(existsSync(`${place}.partial`)).toBe(false)
})
