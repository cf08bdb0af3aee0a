import { type ReactNode, useId } from 'react'
import type { MenuEntry, MenuItem } from '../../../shared/menu.ts'
import { useText } from '../../text/use-text.ts'
import { Label } from '../button.tsx'

export interface MenuPopupProps {
  readonly label: string
  readonly entries: readonly MenuEntry[]
  /** The highlighted entry of this menu, then that of its submenu. */
  readonly path: readonly number[]
  readonly reasonOf: (item: MenuItem) => string | null
  readonly isChecked: (item: MenuItem) => boolean
  readonly onMark: (path: readonly number[]) => void
  readonly onChoose: (item: MenuItem) => void
}

const roles = { item: 'menuitem', check: 'menuitemcheckbox', radio: 'menuitemradio' } as const
const signs = { item: '', check: '✓', radio: '●' } as const

/** An open menu. A grey item stays readable and tells below why it is grey. */
export function MenuPopup(props: MenuPopupProps): ReactNode {
  const { label, entries, path, reasonOf, isChecked, onMark, onChoose } = props
  const { t } = useText()
  const reasonId = useId()
  const at = path[0]
  const marked = at === undefined ? undefined : entries[at]
  const reason = marked !== undefined && 'command' in marked ? reasonOf(marked) : null

  return (
    <div className="menu-popup" role="menu" aria-label={label}>
      {entries.map((entry, index) => {
        if (entry.kind === 'separator') return <hr key={entry.id} className="menu-line" />
        const current = index === at
        const text = <Label text={t(entry.label)} mnemonic={entry.mnemonic} />
        if (entry.kind === 'submenu') {
          return (
            <div key={entry.id} className="menu" role="none">
              <button
                type="button"
                role="menuitem"
                className="menu-item"
                tabIndex={-1}
                aria-haspopup="menu"
                aria-expanded={current && path.length > 1}
                data-current={(current && path.length === 1) || undefined}
                onPointerEnter={() => onMark([index, -1])}
                onClick={() => onMark([index, 0])}
              >
                <span className="menu-sign" aria-hidden="true" />
                <span className="menu-text">{text}</span>
                <span aria-hidden="true">▸</span>
              </button>
              {current && path.length > 1 && (
                <MenuPopup
                  {...props}
                  label={t(entry.label)}
                  entries={entry.entries}
                  path={path.slice(1)}
                  onMark={(inner) => onMark([index, ...inner])}
                />
              )}
            </div>
          )
        }
        const grey = reasonOf(entry)
        return (
          // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only a check or radio item has the attribute
          <button
            key={entry.id}
            type="button"
            role={roles[entry.kind]}
            className="menu-item"
            tabIndex={-1}
            aria-disabled={grey !== null || undefined}
            aria-describedby={grey !== null && current ? reasonId : undefined}
            aria-checked={entry.kind === 'item' ? undefined : isChecked(entry)}
            title={grey ?? undefined}
            data-current={current || undefined}
            onPointerEnter={() => onMark([index])}
            onClick={() => grey === null && onChoose(entry)}
          >
            <span className="menu-sign" aria-hidden="true">
              {isChecked(entry) ? signs[entry.kind] : ''}
            </span>
            <span className="menu-text">
              {text}
              {entry.asks ? '…' : ''}
            </span>
          </button>
        )
      })}
      {reason !== null && (
        <p className="menu-reason" id={reasonId}>
          {reason}
        </p>
      )}
    </div>
  )
}
