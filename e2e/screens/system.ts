import type { ElectronApplication, Locator, Page } from '@playwright/test'
import { windowTitled } from '../fixtures.ts'
import { chooseByKeys, chooseByMouse } from './menu.ts'
import { answer } from './message.ts'
import { type RunBookScreen, runBookScreen } from './run-book.ts'

/** システム管理. */
export interface SystemScreen {
  readonly page: Page
  /** A site's row of the サイト一覧, or the domain's. */
  site(name: string): Locator
  /** A server's row of the サーバ一覧. */
  server(host: string): Locator
  /** A service's row, `host/service`. */
  service(host: string, serviceId: string): Locator
  /** A cell of the status bar. */
  status(cell: 'lock' | 'console' | 'journal' | 'change'): Locator
  /** [起動(T)…] or [停止(P)…] of a whole server or one of its services, confirmed; the dialog stays open. */
  control(action: '起動' | '停止', host: string, serviceName?: string): Promise<Locator>
  /** [手順(R)…] for a server. */
  openRunBook(host: string): Promise<RunBookScreen>
  /** [ファイル(F)] → [DBメンテナンス(D)] → [ユーザ情報(U)]. */
  openNameDatabase(): Promise<void>
  /** [ファイル(F)] → [DBメンテナンス(D)] → [掲示板情報(B)]. */
  openBoards(): Promise<void>
  logon(): Promise<void>
  logoff(): Promise<void>
  /** 運転席終了; answers はい where it asks. */
  quit(): Promise<void>
}

export async function systemScreen(app: ElectronApplication): Promise<SystemScreen> {
  const page = await windowTitled(app, 'システム管理')
  const grid = page.getByRole('treegrid', { name: 'サーバ一覧' })
  await grid.waitFor()
  // By its key alone: an open dialog takes the list behind it out of the roles.
  const row = (key: string) => page.locator(`tr[data-key="${key}"]`)
  return {
    page,
    site: (name) => page.getByRole('tree', { name: 'サイト一覧' }).getByRole('treeitem', { name }),
    server: row,
    service: (host, serviceId) => row(`${host}/${serviceId}`),
    status: (cell) => page.locator(`[data-cell="${cell}"]`),
    async control(action, host, serviceName) {
      await row(host).click()
      await page.getByRole('button', { name: action }).click()
      const dialog = page.getByRole('dialog', { name: action })
      if (serviceName !== undefined) await dialog.getByRole('radio', { name: serviceName, exact: true }).check()
      await dialog.getByRole('button', { name: `${action}する` }).click()
      if (action === '停止') await answer(page, 'はい')
      return dialog
    },
    async openRunBook(host) {
      await row(host).click()
      await page.getByRole('button', { name: '手順' }).click()
      return runBookScreen(app)
    },
    openNameDatabase: () => chooseByMouse(page, 'ファイル(F)', 'DBメンテナンス', 'ユーザ情報'),
    openBoards: () => chooseByKeys(page, 'F', 'D', 'B'),
    logon: () => chooseByKeys(page, 'F', 'N'),
    logoff: () => chooseByKeys(page, 'F', 'O'),
    async quit() {
      const closed = app.waitForEvent('close')
      await chooseByKeys(page, 'F', 'X')
      const question = page.getByRole('alertdialog', { name: '運転席終了' })
      const asked = await Promise.race([
        closed.then(() => false),
        question.waitFor().then(
          () => true,
          () => false,
        ),
      ])
      if (asked) await answer(page, 'はい')
      await closed
    },
  }
}
