import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, picture, test, windowTitled } from '../fixtures.ts'
import { openHistory } from '../screens/history.ts'
import { chooseByKeys } from '../screens/menu.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'
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
  await passes((await openHistory(app, system.page)).page)
  await chooseByKeys(system.page, 'F', 'A')
  await passes(await windowTitled(app, 'アーカイブ'))
  const dialog = await names.openBackup('keys')
  await passes(names.page)
  await dialog.close()
  const book = await system.openRunBook('hq-mas')
  await passes(book.page)
  await book.all()
  await book.nxbackup().waitFor()
  await passes(book.page)
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
  await picture(system, 'english')
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

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

async function passes(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(standards).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}
