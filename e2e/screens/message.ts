import type { Locator, Page } from '@playwright/test'

/** A message box: エラー and the like. */
export function message(page: Page): Locator {
  return page.getByRole('alertdialog').last()
}

/** Reads a message box and acknowledges it by its default button. */
export async function acknowledge(page: Page): Promise<string> {
  const box = message(page)
  await box.waitFor()
  const text = await box.innerText()
  await box.getByRole('button', { name: '了解' }).click()
  await box.waitFor({ state: 'hidden' })
  return text
}

/** Answers a question with はい or いいえ. */
export async function answer(page: Page, word: 'はい' | 'いいえ'): Promise<void> {
  await message(page).getByRole('button', { name: word }).click()
}
