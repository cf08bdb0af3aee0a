import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a clear that unlinks, that asks nothing, or that takes another server's journal.
test('ジャーナルクリア asks, seals the chosen journal and shows what was cleared', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  for (const name of ['記録 一', '記録 二', '記録 三']) await untenseki('register', 'user', '--name', name)
  const names = await nameDatabaseScreen(await launchConsole())
  const dialog = await names.openBackup('keys')
  await expect(dialog.server('hq-mas')).toContainText('3')
  await dialog.server('hq-mas').click()
  await dialog.clearButton().click()
  const question = names.page.getByRole('alertdialog')
  await expect(question).toContainText('3')
  await expect(question.getByRole('button', { name: 'いいえ' })).toBeFocused()
  await picture(names.page, 'journal-clear-question')
  await question.getByRole('button', { name: 'いいえ' }).click()
  await expect(dialog.server('hq-mas')).toContainText('3')
  await expect(await dialog.clear('hq-mas')).toContainText('3')
  await picture(names.page, 'journal-clear')
  const { stdout } = await untenseki('journal', 'list', '--json')
  const rows = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  expect(rows.find(({ host }) => host === 'hq-mas')).toMatchObject({ records: 0, segments: [{ records: 3 }] })
  expect(rows.find(({ host }) => host === 'tk-ml1')).toMatchObject({ records: 3, segments: [] })
  // The records themselves, not only what is told of them.
  const find = [join(home, 'data'), '-path', '*/journal-sealed/hq-mas/1/*', '-name', 'registration.journal']
  const sealed = readFileSync(execFileSync('find', find, { encoding: 'utf8' }).trim(), 'utf8')
  for (const name of ['記録 一', '記録 二', '記録 三']) expect(sealed).toContain(name)
  await dialog.close()
})

// Broken by: a button that is grey without a reason, or a run-book that clears a journal that is not kept.
test('without MNG_JOURNAL the button is grey, saying why, and steps 1 to 4 vanish', async ({
  launchConsole,
  untenseki,
}) => {
  await untenseki('domain', 'init', '--users', '20', '--mails', '20', '--no-master-journal')
  await untenseki('domain', 'start')
  const app = await launchConsole()
  const names = await nameDatabaseScreen(app)
  const dialog = await names.openBackup('mouse')
  await dialog.server('hq-mas').click()
  await expect(dialog.clearButton()).toBeDisabled()
  await expect(dialog.dialog).toContainText('MNG_JOURNAL')
  await picture(names.page, 'journal-not-kept')
  await dialog.server('tk-ml1').click()
  await expect(dialog.clearButton()).toBeEnabled()
  await dialog.close()
  const book = await (await systemScreen(app)).openRunBook('hq-mas')
  await expect(book.step('take-lock')).toHaveCount(0)
  await expect(book.step('end-console')).toBeVisible()
  await picture(book.page, 'run-book-without-journal')
})
