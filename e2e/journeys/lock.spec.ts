import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { acknowledge, message } from '../screens/message.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'

// Broken by: a dialog that opens without the lock, or a service that does not look at it when it registers.
test('排他 refuses a second console and the command line by name until 閉じる', async ({
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const first = await nameDatabaseScreen(await launchConsole())
  const second = await nameDatabaseScreen(await launchConsole())
  // Filled in before: while 排他 is held the button that opens it is grey.
  const form = second.page.getByRole('dialog', { name: '登録' })
  await second.registerButton().click()
  await form.getByLabel('氏名').fill('拒否 一郎')
  const dialog = await first.openBackup('mouse')
  await expect(dialog.dialog).toContainText('排他中')
  await form.getByRole('button', { name: '了解' }).click()
  await expect(message(second.page)).toContainText(/@.*排他/)
  await picture(second.page, 'lock-refused')
  await acknowledge(second.page)
  await form.getByRole('button', { name: '取消' }).click()
  await expect(second.registerButton()).toBeDisabled()
  const refused = await untenseki('register', 'user', '--name', '拒否 二郎', '--json')
  expect(refused.code).toBe(11)
  expect(refused.stdout).toContain('registration-locked')
  const status = JSON.parse((await untenseki('lock', 'status', '--json')).stdout.trim().split('\n').at(-1) ?? '')
  expect(status.lock).toMatchObject({ held: true, owner: { kind: 'console' } })
  await picture(first.page, 'lock')
  await dialog.close()
  expect((await untenseki('register', 'user', '--name', '許可 三郎')).code).toBe(0)
})

// Broken by: a バックアップ dialog that opens all the same when someone else holds 排他.
test('the dialog does not open while another console holds 排他, and says who does', async ({
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const first = await nameDatabaseScreen(await launchConsole())
  const second = await nameDatabaseScreen(await launchConsole())
  await first.openBackup('keys')
  await second.chooseBackup('keys')
  await picture(second.page, 'lock-held')
  expect(await acknowledge(second.page)).toContain('排他')
  await expect(second.page.getByRole('dialog', { name: 'バックアップ' })).toHaveCount(0)
})

// Broken by: a lease that is held by the service for ever, or renewed by a process that outlives the console.
test('a console killed in the dialog leaves 排他 only until its lease runs out', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('domain', 'init', '--users', '20', '--mails', '20')
  const file = join(home, 'data', 'untenseki', 'sample', 'untenseki.yaml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/ttlMs: \d+/, 'ttlMs: 4000').replace(/heartbeatMs: \d+/, 'heartbeatMs: 1000'))
  await untenseki('domain', 'start')
  const app = await launchConsole()
  const names = await nameDatabaseScreen(app)
  await names.openBackup('keys')
  await picture(names.page, 'console-killed')
  app.process().kill('SIGKILL')
  expect((await untenseki('register', 'user', '--name', '待機 四郎')).code).toBe(11)
  const registers = async () => (await untenseki('register', 'user', '--name', '再開 五郎')).code
  await expect.poll(registers, { timeout: 30_000 }).toBe(0)
  const servers = await untenseki('servers', '--json')
  expect(servers.stdout).not.toContain('"stopped"')
})
