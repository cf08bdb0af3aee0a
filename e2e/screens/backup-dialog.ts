import type { Locator, Page } from '@playwright/test'
import { answer } from './message.ts'

/** The バックアップ dialog of 名前データベース. */
export interface BackupDialog {
  readonly dialog: Locator
  /** A server's row of the selector. */
  server(host: string): Locator
  clearButton(): Locator
  /** Chooses a server, presses [ジャーナルクリア(J)] and answers; gives the line that says what was cleared. */
  clear(host: string, word?: 'はい' | 'いいえ'): Promise<Locator>
  /** [閉じる]: waits until the dialog is gone. */
  close(): Promise<void>
}

export async function backupDialog(page: Page): Promise<BackupDialog> {
  const dialog = page.getByRole('dialog', { name: 'バックアップ' })
  await dialog.getByText(/排他中: /).waitFor()
  const server = (host: string) => dialog.locator(`tr[data-key="${host}"]`)
  return {
    dialog,
    server,
    clearButton: () => dialog.getByRole('button', { name: 'ジャーナルクリア' }),
    async clear(host, word = 'はい') {
      await server(host).click()
      await dialog.getByRole('button', { name: 'ジャーナルクリア' }).click()
      await answer(page, word)
      return dialog.getByText(/退避しました|ありませんでした/)
    },
    async close() {
      await dialog.getByRole('button', { name: '閉じる' }).click()
      await dialog.waitFor({ state: 'detached' })
    },
  }
}
