import { type ReactNode, useEffect, useRef } from 'react'
import type { Menu, MenuCommand, MenuItem } from '../../../shared/menu.ts'
import { useText } from '../../text/use-text.ts'
import { Label } from '../button.tsx'
import { MenuPopup } from './menu-popup.tsx'
import { openAt } from './menu-state.ts'
import { useMenu } from './use-menu.ts'

export interface MenuBarProps {
  readonly menus: readonly Menu[]
  /** Why an item is grey; null: it can be chosen. */
  readonly reasonOf: (item: MenuItem) => string | null
  readonly isChecked?: (item: MenuItem) => boolean
  readonly onCommand: (command: MenuCommand) => void
}

/**
 * A menu bar in the page, with the letters and the Alt key of the time. Base UI's menus move the focus on a typed
 * letter instead of choosing, so that the bar is driven by a state machine of our own.
 */
export function MenuBar({ menus, reasonOf, isChecked = () => false, onCommand }: MenuBarProps): ReactNode {
  const { t } = useText()
  const bar = useRef<HTMLDivElement>(null)
  const menu = useMenu(
    menus,
    (item) => reasonOf(item) !== null,
    (item) => onCommand(item.command),
  )
  const { place } = menu

  useEffect(() => {
    if (place.kind === 'closed') return
    const marked = bar.current?.querySelectorAll<HTMLElement>('[data-current]')
    marked?.[marked.length - 1]?.focus()
  }, [place])

  return (
    <div className="menu-bar" role="menubar" aria-label={t('menu.bar')} ref={bar}>
      {menus.map((each, top) => {
        const open = place.kind === 'open' && place.top === top
        const current = place.kind !== 'closed' && place.top === top
        return (
          <div key={each.id} className="menu" role="none">
            <button
              type="button"
              role="menuitem"
              className="menu-top"
              aria-haspopup="menu"
              aria-expanded={open}
              aria-keyshortcuts={`Alt+${each.mnemonic}`}
              tabIndex={top === 0 ? 0 : -1}
              data-current={current || undefined}
              onFocus={() => place.kind === 'closed' && menu.go({ kind: 'bar', top })}
              onPointerDown={(event) => {
                event.preventDefault()
                menu.go(open ? { kind: 'closed' } : { kind: 'open', top, path: [] })
              }}
              onClick={(event) => {
                // A press without a pointer: a reader's, or the keyboard's own.
                if (event.detail === 0) menu.go(openAt(menus, top))
              }}
              onPointerEnter={() => place.kind === 'open' && !open && menu.go({ kind: 'open', top, path: [] })}
            >
              <Label text={t(each.label)} mnemonic={each.mnemonic} />
            </button>
            {open && (
              <MenuPopup
                label={t(each.label)}
                entries={each.entries}
                path={place.path}
                reasonOf={reasonOf}
                isChecked={isChecked}
                onMark={(path) => menu.go({ kind: 'open', top, path })}
                onChoose={menu.choose}
              />
            )}
          </div>
        )
      })}
    </div>
  )
}
