import type { ElectronApplication, Locator, Page } from '@playwright/test'
import { windowTitled } from '../fixtures.ts'
import { chooseByKeys } from './menu.ts'

/** 履歴. */
export interface HistoryScreen {
  readonly page: Page
  /** The rows of the list, newest first. */
  rows(): Locator
  /** Narrows the list; the words are those of the choices. */
  filter(label: 'サーバ' | '手順' | '結果', word: string): Promise<void>
  /** Chooses a row and gives what is told about it. */
  open(index: number): Promise<Locator>
}

/** [ファイル(F)] → [履歴(L)] of システム管理. */
export async function openHistory(app: ElectronApplication, system: Page): Promise<HistoryScreen> {
  await chooseByKeys(system, 'F', 'L')
  const page = await windowTitled(app, '履歴')
  const rows = () => page.getByRole('grid', { name: '実行の一覧' }).locator('tbody tr')
  return {
    page,
    rows,
    filter: async (label, word) => {
      await page.getByRole('combobox', { name: label, exact: true }).selectOption({ label: word })
    },
    async open(index) {
      const key = await rows().nth(index).getAttribute('data-key')
      await rows().nth(index).click()
      const detail = page.locator(`[data-run="${key}"]`)
      await detail.waitFor()
      return detail
    },
  }
}
