import type { ElectronApplication, Locator, Page } from '@playwright/test'
import { windowTitled } from '../fixtures.ts'
import { openHistory } from './history.ts'
import { chooseByKeys } from './menu.ts'

/** アーカイブ. */
export interface ArchiveScreen {
  readonly page: Page
  /** The entries of the folder or search that is shown. */
  readonly rows: Locator
  /** Which archive it is. */
  readonly facts: Locator
}

/** アーカイブ of the newest run of the 履歴, from システム管理. */
export async function openNewestArchive(app: ElectronApplication, system: Page): Promise<ArchiveScreen> {
  const history = await openHistory(app, system)
  await history.open(0)
  await history.page.getByRole('button', { name: 'アーカイブを開く' }).click()
  return archiveScreen(app)
}

/** アーカイブ, with nothing open, from システム管理. */
export async function openArchiveWindow(app: ElectronApplication, system: Page): Promise<ArchiveScreen> {
  await chooseByKeys(system, 'F', 'A')
  return archiveScreen(app)
}

async function archiveScreen(app: ElectronApplication): Promise<ArchiveScreen> {
  const page = await windowTitled(app, 'アーカイブ')
  const rows = page.getByRole('grid', { name: '内容' }).locator('tbody tr')
  return { page, rows, facts: page.locator('[data-cell="facts"]') }
}
