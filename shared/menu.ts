import type { MessageKey } from './messages/ja.ts'

/** What a menu entry or a window's button asks for. */
export type MenuCommand =
  | 'open-name-database'
  | 'open-boards'
  | 'history'
  | 'archive'
  | 'extract'
  | 'refresh'
  | 'logon'
  | 'logoff'
  | 'quit'
  | 'start'
  | 'stop'
  | 'run-book'
  | 'toggle-open-name-database'
  | 'language-ja'
  | 'language-en'
  | 'about'
  | 'backup'
  | 'restore'
  | 'reconcile'
  | 'repair'
  | 'select-all'
  | 'close'
  | 'search-users'
  | 'search-organizations'
  | 'search-groups'
  | 'search-boards'
  | 'register'
  | 'change'
  | 'delete'
  | 'undo'
  | 'import'

/** When a command can be given; each names the reason that a grey entry shows otherwise. */
export type MenuCondition = 'logged-on' | 'logged-off' | 'server-chosen'

interface Labelled {
  readonly id: string
  readonly label: MessageKey
  /** The letter that reaches it, shown as データベース(D); upper case, unique among its siblings. */
  readonly mnemonic: string
}
export interface MenuItem extends Labelled {
  readonly kind: 'item' | 'check' | 'radio'
  readonly command: MenuCommand
  readonly needs?: MenuCondition
  /** Ends in an ellipsis: a dialog follows. */
  readonly asks?: true
}
export interface SubMenu extends Labelled {
  readonly kind: 'submenu'
  readonly entries: readonly MenuEntry[]
}
export type MenuEntry = MenuItem | SubMenu | { readonly kind: 'separator'; readonly id: string }
export interface Menu extends Labelled {
  readonly entries: readonly MenuEntry[]
}

function item(
  command: MenuCommand,
  label: MessageKey,
  mnemonic: string,
  more: Pick<MenuItem, 'needs' | 'asks'> & { readonly kind?: 'check' | 'radio' } = {},
): MenuItem {
  return { kind: 'item', id: command, command, label, mnemonic, ...more }
}

const help: Menu = {
  id: 'help',
  label: 'menu.help',
  mnemonic: 'H',
  entries: [item('about', 'menu.about', 'A')],
}

/**
 * The menus of システム管理: the words are the manual's where it gives them; 表示, サーバ and ヘルプ are our own decision. リストア
 * is reached here too, because nobody can log on to a master whose data is lost.
 */
export const systemMenus: readonly Menu[] = [
  {
    id: 'file',
    label: 'menu.file',
    mnemonic: 'F',
    entries: [
      {
        kind: 'submenu',
        id: 'maintenance',
        label: 'menu.maintenance',
        mnemonic: 'D',
        entries: [
          item('open-name-database', 'menu.users', 'U', { needs: 'logged-on' }),
          item('open-boards', 'menu.boards', 'B', { needs: 'logged-on' }),
        ],
      },
      item('history', 'menu.history', 'L'),
      item('archive', 'menu.archive', 'A'),
      { kind: 'separator', id: 'file-1' },
      item('logon', 'menu.logon', 'N', { needs: 'logged-off' }),
      item('logoff', 'menu.logoff', 'O', { needs: 'logged-on' }),
      { kind: 'separator', id: 'file-2' },
      item('quit', 'menu.quit', 'X'),
    ],
  },
  {
    id: 'server',
    label: 'menu.server',
    mnemonic: 'S',
    entries: [
      item('start', 'menu.start', 'T', { needs: 'server-chosen', asks: true }),
      item('stop', 'menu.stop', 'P', { needs: 'server-chosen', asks: true }),
      item('run-book', 'menu.run-book', 'R', { needs: 'server-chosen', asks: true }),
      { kind: 'separator', id: 'server-1' },
      item('restore', 'menu.restore', 'E', { asks: true }),
    ],
  },
  {
    id: 'view',
    label: 'menu.view',
    mnemonic: 'V',
    entries: [
      item('toggle-open-name-database', 'menu.open-name-database', 'N', { kind: 'check' }),
      {
        kind: 'submenu',
        id: 'language',
        label: 'menu.language',
        mnemonic: 'L',
        entries: [
          item('language-ja', 'menu.language-ja', 'J', { kind: 'radio' }),
          item('language-en', 'menu.language-en', 'E', { kind: 'radio' }),
        ],
      },
    ],
  },
  help,
]

/** The menu of 履歴 (own decision). */
export const historyMenus: readonly Menu[] = [
  {
    id: 'file',
    label: 'menu.file',
    mnemonic: 'F',
    entries: [
      item('refresh', 'menu.refresh', 'R'),
      { kind: 'separator', id: 'history-1' },
      item('close', 'menu.close', 'C'),
    ],
  },
  help,
]

/** The menu of アーカイブ (own decision). */
export const archiveMenus: readonly Menu[] = [
  {
    id: 'file',
    label: 'menu.file',
    mnemonic: 'F',
    entries: [
      item('extract', 'menu.extract', 'X', { asks: true }),
      { kind: 'separator', id: 'archive-1' },
      item('select-all', 'menu.select-all', 'A'),
      item('close', 'menu.close', 'C'),
    ],
  },
  help,
]

/** The menus of 名前データベース; データベース(D) → バックアップ(B) is manual 15.2.3. */
export const nameDatabaseMenus: readonly Menu[] = [
  {
    id: 'database',
    label: 'menu.database',
    mnemonic: 'D',
    entries: [
      item('backup', 'menu.backup', 'B', { needs: 'logged-on', asks: true }),
      item('restore', 'menu.restore', 'R', { needs: 'logged-on', asks: true }),
      item('reconcile', 'menu.reconcile', 'K', { needs: 'logged-on', asks: true }),
      item('repair', 'menu.repair', 'J', { needs: 'logged-on', asks: true }),
      { kind: 'separator', id: 'database-1' },
      item('select-all', 'menu.select-all', 'A'),
      item('close', 'menu.close', 'C'),
    ],
  },
  {
    id: 'edit',
    label: 'menu.edit',
    mnemonic: 'E',
    entries: [
      item('register', 'register.button', 'N', { asks: true }),
      item('change', 'change.button', 'M', { asks: true }),
      item('delete', 'delete.button', 'L', { asks: true }),
      { kind: 'separator', id: 'edit-1' },
      item('undo', 'menu.undo', 'U'),
      { kind: 'separator', id: 'edit-2' },
      item('import', 'menu.import', 'I', { asks: true }),
    ],
  },
  {
    id: 'search',
    label: 'menu.search',
    mnemonic: 'S',
    entries: [
      item('search-users', 'menu.search-users', 'U', { asks: true }),
      item('search-organizations', 'menu.search-organizations', 'O', { asks: true }),
      item('search-groups', 'menu.search-groups', 'G', { asks: true }),
      item('search-boards', 'menu.search-boards', 'B', { asks: true }),
    ],
  },
  help,
]
