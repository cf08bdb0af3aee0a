import type { ElectronApplication, Locator, Page } from '@playwright/test'
import type { StepId } from '../../shared/model/run.ts'
import { windowTitled } from '../fixtures.ts'
import { answer } from './message.ts'

/** 手順. */
export interface RunBookScreen {
  readonly page: Page
  step(id: StepId): Locator
  /** 未実行, 実行中, 完了 …: waits until the step says so. */
  stepReaches(id: StepId, word: string): Promise<void>
  progress(): Locator
  outage(): Locator
  /** [次へ(N)]; where it asks, the nxbackup prompts are left open. */
  next(): Promise<void>
  /** [すべて実行(A)]; opens the nxbackup prompts. */
  all(): Promise<void>
  nxbackup(): Locator
  /** Answers the two prompts; without a path the one that is offered stays. Gives the path. */
  answerPrompts(reply: string, path?: string): Promise<string>
  /** [中止(C)], confirmed. */
  cancel(): Promise<void>
  /** Waits for the end; gives its word (完了, 中止, …). */
  ended(timeout?: number): Promise<string>
  fact(name: 'path' | 'size' | 'digest' | 'members' | 'change' | 'outage' | 'exit'): Promise<string>
  logon(): Promise<void>
  close(): Promise<void>
}

export async function runBookScreen(app: ElectronApplication): Promise<RunBookScreen> {
  const page = await windowTitled(app, '手順')
  await page.getByRole('table', { name: '手順の一覧' }).waitFor()
  const press = (name: string) => page.getByRole('button', { name }).last().click()
  const step = (id: StepId) => page.locator(`tr[data-step="${id}"]`)
  const prompts = page.getByRole('dialog', { name: 'nxbackup' })
  const end = page.locator('[data-outcome]')
  return {
    page,
    step,
    stepReaches: (id, word) => step(id).getByText(word, { exact: true }).waitFor(),
    progress: () => page.getByRole('progressbar'),
    outage: () => page.locator('.facts [data-fact="outage"]'),
    next: () => press('次へ'),
    all: () => press('すべて実行'),
    nxbackup: () => prompts,
    async answerPrompts(reply, path) {
      const medium = prompts.getByLabel('バックアップ媒体のスペシャルファイル名を入力してください')
      if (path !== undefined) await medium.fill(path)
      const given = await medium.inputValue()
      await prompts.getByLabel('よろしいですか').fill(reply)
      await prompts.getByRole('button', { name: '了解' }).click()
      return given
    },
    async cancel() {
      await press('中止')
      await answer(page, 'はい')
    },
    async ended(timeout = 90_000) {
      await end.waitFor({ timeout })
      return (await end.getByRole('status').innerText()).replace(/^\S\s*\n?/, '').trim()
    },
    fact: async (name) => (await end.locator(`[data-fact="${name}"]`).innerText()).trim(),
    logon: () => press('ログオン'),
    async close() {
      const closed = page.waitForEvent('close')
      await press('閉じる')
      await closed
    },
  }
}
