import { expect, picture, test } from '../fixtures.ts'
import { acknowledge } from '../screens/message.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'

// Broken by: a dialog that shows success before the acknowledgement, or a name that is mangled on its way.
test('a user is registered in the window and found by it and by the command line', async ({
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const names = await nameDatabaseScreen(app)
  await names.register({ name: '運転 席太郎', id: 'unten1' })
  await expect(names.status('registered')).toContainText('unten1')
  const found = await names.search('席太郎')
  await expect(found).toHaveCount(1)
  await expect(found.first()).toContainText('運転 席太郎')
  await picture(names.page, 'register')
  const { stdout } = await untenseki('search', '--kind', 'user', '--name', '席太郎', '--json')
  expect(stdout).toContain('"unten1"')
})

// Broken by: an error that is swallowed, or a dialog that closes and loses what was typed.
test('a registration that is refused says why and keeps what was typed', async ({ launchConsole, untenseki }) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const names = await nameDatabaseScreen(app)
  await names.register({ name: '二重 花子', id: 'u00001' })
  await expect(names.page.getByText('u00001', { exact: false }).first()).toBeVisible()
  const box = names.page.getByRole('alertdialog').or(names.page.getByRole('alert'))
  await expect(box.first()).toContainText('u00001')
  await picture(names.page, 'register-refused')
  await acknowledge(names.page)
  const dialog = names.page.getByRole('dialog', { name: '登録' })
  await expect(dialog.getByLabel('氏名')).toHaveValue('二重 花子')
  await expect(dialog.getByLabel('ID', { exact: true })).toHaveValue('u00001')
  await expect(names.status('registered')).toHaveText('')
})
