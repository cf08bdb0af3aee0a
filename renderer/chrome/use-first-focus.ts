import { useEffect } from 'react'

/**
 * Puts the focus of a window that just opened on its first list (a tree, unless `grid`), so that keys work at once and come back there;
 * where no list has rows, on its first field. `ready`: what there is to show has come.
 */
export function useFirstFocus(list: 'tree' | 'grid' = 'tree', ready = true): void {
  useEffect(() => {
    if (!ready || document.activeElement !== document.body) return
    const stops = document.querySelectorAll<HTMLElement>(
      'main [aria-selected="true"][tabindex="0"], main tr[tabindex="0"]',
    )
    const last = stops[stops.length - 1]
    const tree = list === 'tree' ? document.querySelector<HTMLElement>('main [role="tree"] [tabindex="0"]') : null
    const first = tree ?? last ?? document.querySelector<HTMLElement>('.window input, .window select')
    first?.focus()
  }, [list, ready])
}
