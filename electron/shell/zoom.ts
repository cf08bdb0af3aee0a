import type { WebContents } from 'electron'

const steps: Readonly<Record<string, number>> = { '+': 1, '=': 1, ';': 1, '-': -1 }
const furthest = 6

/** Ctrl with + − 0 makes a window's content larger, smaller, and as it was: without a native menu nothing else does. */
export function zoomByKeys(contents: WebContents): void {
  contents.on('before-input-event', (event, input) => {
    if (input.type !== 'keyDown' || !(input.control || input.meta) || input.alt) return
    const step = steps[input.key]
    if (step === undefined && input.key !== '0') return
    event.preventDefault()
    const level = step === undefined ? 0 : contents.getZoomLevel() + step
    contents.setZoomLevel(Math.max(-furthest, Math.min(furthest, level)))
  })
}
