import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, picture, test, windowTitled } from '../fixtures.ts'
import { openHistory } from '../screens/history.ts'
import { chooseByKeys } from '../screens/menu.ts'
import { message } from '../screens/message.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'
import { runBookScreen } from '../screens/run-book.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a control without a name, a role that does not fit, grey text that cannot be read.
test('every window and dialog passes the accessibility rules', async ({ launchConsole, untenseki }) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const system = await systemScreen(app)
  const names = await nameDatabaseScreen(app)
  await passes(system.page)
  await passes(names.page)
  // The dialogs of the name database, each opened and left by keys alone.
  await names.list('グループ')
  await names.page.getByRole('grid', { name: 'グループ一覧' }).locator('tbody tr').first().click()
  const openings = [names.change, names.remove, names.openImport, () => names.openRegister('掲示板')]
  for (const open of openings) {
    const opened = await open()
    await opened.waitFor()
    await passes(names.page)
    await names.page.keyboard.press('Escape')
    await expect(opened).toHaveCount(0)
  }
  for (const open of [names.openReconcile, names.openRestore, names.openRepair]) {
    const opened = await open()
    await passes(names.page)
    await names.page.keyboard.press('Escape')
    await expect(opened).toHaveCount(0)
  }
  await names.search('0')
  await passes(names.page)
  await names.page.keyboard.press('Escape')
  for (const letter of ['T', 'P']) {
    await system.page.bringToFront()
    await system.page.keyboard.press(`Alt+Key${letter}`)
    await passes(system.page)
    await system.page.keyboard.press(letter === 'P' ? 'Alt+KeyP' : 'Escape')
  }
  await expect(message(system.page).getByRole('button', { name: 'いいえ' })).toBeFocused()
  await passes(system.page)
  await system.page.keyboard.press('Enter')
  await system.page.keyboard.press('Escape')
  await expect(system.page.getByRole('dialog')).toHaveCount(0)
  await chooseByKeys(system.page, 'H', 'A')
  await expect(message(system.page).getByRole('button', { name: '了解' })).toBeFocused()
  await passes(system.page)
  await system.page.keyboard.press('Alt+KeyO')
  await expect(message(system.page)).toHaveCount(0)
  await passes((await openHistory(app, system.page)).page)
  await chooseByKeys(system.page, 'F', 'A')
  const archive = await windowTitled(app, 'アーカイブ')
  await expect(archive.getByLabel('アーカイブ')).toBeFocused()
  await passes(archive)
  const dialog = await names.openBackup('keys')
  await passes(names.page)
  await dialog.close()
  const book = await system.openRunBook('hq-mas')
  await passes(book.page)
  await book.all()
  await book.nxbackup().waitFor()
  await passes(book.page)
})

// Broken by: a dialog whose first field has no focus, a button without a letter, focus that is lost when a dialog closes or the
// buttons change, Enter or Esc that does something else than the default button or nothing.
test('整合性確保, case (1) and リストア are done by keys alone', async ({ launchConsole, untenseki }) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const { page } = await systemScreen(app)
  const names = await nameDatabaseScreen(app)
  const reconcile = await names.openReconcile()
  await expect(reconcile.getByRole('button', { name: '閉じる' })).toBeFocused()
  await names.page.keyboard.press('Shift+Tab')
  await names.page.keyboard.press('Shift+Tab')
  await names.page.keyboard.press('ArrowDown')
  await expect(reconcile.locator('tr[data-key="os-ml1"]')).toBeFocused()
  await names.page.keyboard.press('Alt+KeyK')
  await expect(reconcile.locator('[data-task="reconcile"]')).toHaveAttribute('data-state', 'done')
  await passes(names.page)
  await names.page.keyboard.press('Escape')
  await expect(reconcile).toHaveCount(0)
  await expect(names.page.getByRole('tree').locator(':focus')).toHaveCount(1)

  await page.bringToFront()
  await expect(page.locator('tr[data-key="hq-mas"]')).toBeFocused()
  await page.keyboard.press('Alt+KeyR')
  const backup = await runBookScreen(app)
  await expect(backup.page.getByRole('button', { name: '次へ' })).toBeFocused()
  await backup.page.keyboard.press('Enter')
  await backup.stepReaches('open-console', '完了')
  await backup.page.keyboard.press('Alt+KeyA')
  await expect(backup.nxbackup().getByRole('textbox').first()).toBeFocused()
  // Esc answers nothing: nothing more was done. Enter without `y` leads to where it is wanted.
  await backup.page.keyboard.press('Escape')
  await expect(backup.nxbackup()).toHaveCount(0)
  await backup.stepReaches('take-lock', '未実行')
  await backup.page.keyboard.press('Alt+KeyA')
  await expect(backup.nxbackup().getByRole('textbox').first()).toBeFocused()
  await backup.page.keyboard.press('Enter')
  await expect(backup.nxbackup().getByRole('textbox').last()).toBeFocused()
  await passes(backup.page)
  await backup.page.keyboard.type('y')
  await backup.page.keyboard.press('Enter')
  expect(await backup.ended()).toBe('完了')
  await expect(backup.page.getByRole('button', { name: '閉じる' })).toBeFocused()
  await passes(backup.page)
  await closedBy(backup.page, 'Enter')

  await untenseki('register', 'user', '--name', '後の 登録', '--id', 'after1')
  await chooseByKeys(page, 'S', 'E')
  const restore = page.getByRole('dialog', { name: 'リストア' })
  await expect(restore.getByLabel('アーカイブ')).toBeFocused()
  await page.keyboard.press('Alt+KeyI')
  await expect(restore.locator('[data-fact="replay"]')).toContainText('1件')
  await passes(page)
  await picture(page, 'restore-plan')
  await page.keyboard.press('Alt+KeyN')
  const back = await runBookScreen(app)
  await back.page.keyboard.press('Alt+KeyA')
  expect(await back.ended(180_000)).toBe('完了')
  await expect(back.page.locator('[data-outcome]')).toContainText('--discard-replaced')
  await picture(back.page, 'restore-end')
  await closedBy(back.page, 'Enter')
  expect((await untenseki('search', '--name', 'after1', '--json')).stdout).toContain('"after1"')
})

// Broken by: a text that was forgotten in one language, or a layout that holds only at 100 %.
test('English, and 200 % zoom, show every window whole', async ({ launchConsole, untenseki }) => {
  await untenseki('prepare-sample')
  const app = await launchConsole({ language: 'en', args: ['--lang', 'en'] })
  const system = await windowTitled(app, 'System')
  const names = await windowTitled(app, 'Name Database')
  await system.getByRole('button', { name: 'Procedure' }).click()
  await chooseByKeys(system, 'F', 'L')
  await chooseByKeys(system, 'F', 'A')
  const windows = [system, names]
  for (const title of ['Procedure', 'History', 'Archive']) windows.push(await windowTitled(app, title))
  for (const window of windows) {
    await window.getByRole('button').first().waitFor()
    // What the program says itself; names of servers and people stay as they were written.
    const words = window.locator('[role=menuitem], button, th, h1, h2, legend, label, .steps td:nth-child(-n+3)')
    for (const word of await words.allInnerTexts()) {
      expect(word.replace('本社マスタ', '')).not.toMatch(/[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]/)
    }
  }
  await expect(system.locator('tr[data-key="hq-mas"]')).toContainText('Management, Mail')
  await picture(system, 'english')
  await names.keyboard.press('Alt+KeyN')
  const register = names.getByRole('dialog', { name: 'Register' })
  for (const kind of ['User', 'Organization', 'Group', 'Bulletin board']) {
    await register.getByRole('radio', { name: kind }).check()
    const edges = await register
      .locator('.field :is(input, select, textarea)')
      .evaluateAll((fields) => fields.map((field) => Math.round(field.getBoundingClientRect().left)))
    expect(new Set(edges).size, `${kind}: ${edges.join()}`).toBe(1)
  }
  await names.keyboard.press('Escape')
  await app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.setZoomFactor(2)
  })
  // Lists scroll by themselves; the window around them never sideways.
  const overflows = () =>
    [document.documentElement, ...document.querySelectorAll('.window, .panes, .button-row, .status-bar')]
      .filter((each) => each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.className || each.tagName)
  for (const window of windows) await expect.poll(() => window.evaluate(overflows)).toEqual([])
})

async function closedBy(page: Page, key: string): Promise<void> {
  const closed = page.waitForEvent('close')
  await page.keyboard.press(key).catch((error: unknown) => {
    if (!page.isClosed()) throw error
  })
  await closed
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

async function passes(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(standards).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
  // Every button has its letter, and keys go somewhere.
  expect(await page.locator('.button:not([data-mnemonic])').allInnerTexts()).toEqual([])
  await expect(page.locator('body')).not.toBeFocused()
}
