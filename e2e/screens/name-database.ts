import type { ElectronApplication, Locator, Page } from '@playwright/test'
import { windowTitled } from '../fixtures.ts'
import { type BackupDialog, backupDialog } from './backup-dialog.ts'
import { chooseByKeys, chooseByMouse } from './menu.ts'

export interface NewUser {
  readonly name: string
  readonly id?: string
  /** As 所属組織 lists it: `営業本部 (1100)`. */
  readonly organization?: string
}

/** 名前データベース. */
export interface NameDatabaseScreen {
  readonly page: Page
  node(name: string): Locator
  users(): Locator
  organizations(): Locator
  status(cell: 'lock' | 'replication' | 'selection' | 'registered'): Locator
  registerButton(): Locator
  /** ユーザ, グループ or 掲示板 above the third list. */
  list(kind: 'ユーザ' | 'グループ' | '掲示板'): Promise<Locator>
  /** [登録(N)] by keyboard, with a kind chosen: the dialog. */
  openRegister(kind: 'ユーザ' | '組織' | 'グループ' | '掲示板'): Promise<Locator>
  /** [修正(M)] by keyboard for the row or node that is chosen: the dialog. */
  change(): Promise<Locator>
  /** [削除(L)] by keyboard: the question. */
  remove(): Promise<Locator>
  /** 編集(E) → 元に戻す(U). */
  undo(): Promise<void>
  /** 編集(E) → CSVから登録(I): the dialog. */
  openImport(): Promise<Locator>
  /** Fills the 登録 dialog and presses 了解; does not wait for what comes of it. */
  register(user: NewUser): Promise<void>
  /** 検索(S) → ユーザの検索: the rows found, with the dialog left open. */
  search(word: string): Promise<Locator>
  /** [データベース(D)] → [バックアップ(B)], by Alt+D and B or by mouse; the dialog may be refused by a message. */
  chooseBackup(way: 'keys' | 'mouse'): Promise<void>
  /** データベース(D) → 整合性確保(K), リストア(R), データ修復(J): the dialogs. */
  openReconcile(): Promise<Locator>
  openRestore(): Promise<Locator>
  openRepair(): Promise<Locator>
  openBackup(way?: 'keys' | 'mouse'): Promise<BackupDialog>
}

export async function nameDatabaseScreen(app: ElectronApplication): Promise<NameDatabaseScreen> {
  const page = await windowTitled(app, '名前データベース')
  await page.getByRole('tree', { name: '組織階層' }).waitFor()
  const chooseBackup = (way: 'keys' | 'mouse') =>
    way === 'keys' ? chooseByKeys(page, 'D', 'B') : chooseByMouse(page, 'データベース(D)', 'バックアップ')
  const chosen = async (letter: string, name: string) => {
    await chooseByKeys(page, 'D', letter)
    const dialog = page.getByRole('dialog', { name })
    await dialog.waitFor()
    return dialog
  }
  return {
    page,
    openReconcile: () => chosen('K', '整合性確保'),
    openRestore: () => chosen('R', 'リストア'),
    openRepair: () => chosen('J', 'データ修復'),
    node: (name) => page.getByRole('treeitem', { name }),
    users: () => page.getByRole('grid', { name: 'ユーザ一覧' }).locator('tbody tr'),
    organizations: () => page.getByRole('grid', { name: '組織一覧' }).locator('tbody tr'),
    status: (cell) => page.locator(`[data-cell="${cell}"]`),
    registerButton: () => page.getByRole('button', { name: '登録' }),
    async list(kind) {
      await page.getByRole('radio', { name: kind, exact: true }).check()
      return page.getByRole('grid', { name: `${kind}一覧` }).locator('tbody tr')
    },
    async openRegister(kind) {
      await page.keyboard.press('Alt+KeyN')
      const dialog = page.getByRole('dialog', { name: '登録' })
      await dialog.getByRole('radio', { name: kind }).check()
      return dialog
    },
    async change() {
      await page.keyboard.press('Alt+KeyM')
      return page.getByRole('dialog', { name: '修正' })
    },
    async remove() {
      await page.keyboard.press('Alt+KeyL')
      return page.getByRole('alertdialog', { name: '削除' })
    },
    undo: () => chooseByKeys(page, 'E', 'U'),
    async openImport() {
      await chooseByKeys(page, 'E', 'I')
      return page.getByRole('dialog', { name: 'CSVから登録' })
    },
    async register({ name, id, organization }) {
      await page.getByRole('button', { name: '登録' }).click()
      const dialog = page.getByRole('dialog', { name: '登録' })
      await dialog.getByLabel('氏名').fill(name)
      if (id !== undefined) await dialog.getByLabel('ID', { exact: true }).fill(id)
      if (organization !== undefined) await dialog.getByLabel('所属組織').selectOption(organization)
      await dialog.getByRole('button', { name: '了解' }).click()
    },
    async search(word) {
      await chooseByKeys(page, 'S', 'U')
      const dialog = page.getByRole('dialog', { name: '検索' })
      await dialog.getByLabel('名称又はID').fill(word)
      await dialog.getByRole('button', { name: '検索' }).click()
      await dialog.getByText(/^[\d,]+件$/).waitFor()
      return dialog.getByRole('grid', { name: '検索結果' }).locator('tbody tr')
    },
    chooseBackup,
    async openBackup(way = 'keys') {
      await chooseBackup(way)
      return backupDialog(page)
    },
  }
}
