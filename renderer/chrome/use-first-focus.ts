import { useEffect } from 'react'

/** Puts the focus of a window that just opened on its first list (a tree, unless `grid`), so that keys work at once and come back there. */
export function useFirstFocus(list: 'tree' | 'grid' = 'tree'): void {
  useEffect(() => {
    if (document.activeElement !== document.body) return
    const stops = document.querySelectorAll<HTMLElement>(
      'main [aria-selected="true"][tabindex="0"], main tr[tabindex="0"]',
    )
    const last = stops[stops.length - 1]
    const tree = list === 'tree' ? document.querySelector<HTMLElement>('main [role="tree"] [tabindex="0"]') : null
    const first = tree ?? last
    first?.focus()
  }, [list])
}
