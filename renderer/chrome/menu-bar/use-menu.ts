import { useEffect, useRef, useState } from 'react'
import type { Menu, MenuItem } from '../../../shared/menu.ts'
import { pressByLetter } from './button-letters.ts'
import { closedMenu, type MenuPlace, stepMenu } from './menu-state.ts'

export interface MenuDriver {
  readonly place: MenuPlace
  readonly go: (place: MenuPlace) => void
  readonly choose: (item: MenuItem) => void
}

const modal = '[role="dialog"], [role="alertdialog"]'

/**
 * Drives a window's menu bar and the letters of its buttons from the keyboard. While a dialog is open the bar rests and
 * letters press that dialog's buttons. `run` is called once focus is back where it was before the bar.
 */
export function useMenu(
  bar: readonly Menu[],
  grey: (item: MenuItem) => boolean,
  run: (item: MenuItem) => void,
): MenuDriver {
  const [state, setState] = useState(closedMenu)
  const latest = useRef({ bar, grey, run, state })
  latest.current = { bar, grey, run, state }
  const outside = useRef<HTMLElement | null>(null)

  const driver = useRef({
    set(next: typeof state) {
      latest.current.state = next
      setState(next)
    },
    leave() {
      if (document.activeElement?.closest('[role="menubar"]')) outside.current?.focus()
    },
    choose(item: MenuItem) {
      driver.current.set(closedMenu)
      driver.current.leave()
      latest.current.run(item)
    },
  })

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = {
        type: event.type === 'keyup' ? ('up' as const) : ('down' as const),
        key: letterOf(event),
        alt: event.altKey,
        ctrl: event.ctrlKey || event.metaKey,
      }
      if (event.isComposing) return
      const dialogs = document.querySelectorAll<HTMLElement>(modal)
      const dialog = dialogs[dialogs.length - 1]
      if (dialog !== undefined) {
        if (key.type === 'down' && key.alt && !key.ctrl && pressByLetter(dialog, key.key)) event.preventDefault()
        return
      }
      const { bar, grey, state } = latest.current
      const step = stepMenu(bar, state, key, grey)
      if (step.state !== state) driver.current.set(step.state)
      const pressed = step.letter !== null && pressByLetter(document.body, step.letter)
      if (step.handled || pressed || key.key === 'Alt') {
        event.preventDefault()
        if (step.handled) event.stopPropagation()
      }
      if (step.chosen !== null) driver.current.choose(step.chosen)
      else if (step.handled && step.state.place.kind === 'closed') driver.current.leave()
    }
    const onBlur = () => driver.current.set(closedMenu)
    const onFocus = (event: FocusEvent) => {
      if (event.target instanceof HTMLElement && !event.target.closest('[role="menubar"]'))
        outside.current = event.target
    }
    const onPointer = (event: PointerEvent) => {
      if (!(event.target instanceof Element) || event.target.closest('[role="menubar"]')) return
      if (latest.current.state.place.kind !== 'closed') driver.current.set(closedMenu)
    }
    window.addEventListener('keydown', onKey, true)
    window.addEventListener('keyup', onKey, true)
    window.addEventListener('blur', onBlur)
    document.addEventListener('focusin', onFocus)
    document.addEventListener('pointerdown', onPointer, true)
    return () => {
      window.removeEventListener('keydown', onKey, true)
      window.removeEventListener('keyup', onKey, true)
      window.removeEventListener('blur', onBlur)
      document.removeEventListener('focusin', onFocus)
      document.removeEventListener('pointerdown', onPointer, true)
    }
  }, [])

  return {
    place: state.place,
    go: (place) => driver.current.set({ place, altHeld: false }),
    choose: (item) => driver.current.choose(item),
  }
}

/** The key's name; a letter in upper case, also where Alt or another layout makes another character of it. */
function letterOf(event: KeyboardEvent): string {
  if (/^[a-z0-9]$/i.test(event.key)) return event.key.toUpperCase()
  const code = /^Key([A-Z])$/.exec(event.code)?.[1]
  return event.key.length === 1 && code !== undefined ? code : event.key
}
