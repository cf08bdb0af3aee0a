import type { Page } from '@playwright/test'

/** Chooses by mouse: the menu's name, then every entry's, each with its letter as データベース(D), バックアップ(B). */
export async function chooseByMouse(page: Page, menu: string, ...entries: readonly string[]): Promise<void> {
  await page.getByRole('menubar').getByRole('menuitem', { name: menu, exact: true }).click()
  for (const entry of entries) await page.getByRole('menu').getByText(entry).last().click()
}

/** Chooses by keyboard: Alt and the menu's letter, then the entries' letters alone. */
export async function chooseByKeys(page: Page, menu: string, ...entries: readonly string[]): Promise<void> {
  await page.bringToFront()
  await page.keyboard.press(`Alt+Key${menu}`)
  for (const entry of entries) await pressAndMaybeLeave(page, `Key${entry}`)
}

/** Presses a key that may close the very window it was pressed in. */
async function pressAndMaybeLeave(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key).catch((error: unknown) => {
    if (!page.isClosed()) throw error
  })
}
