import { z } from '../../shared/zod.ts'

const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
})
export type Bounds = z.infer<typeof boundsSchema>

export const windowStateSchema = z.record(z.string(), boundsSchema)
export type WindowState = z.infer<typeof windowStateSchema>

/** Where a window that was never placed opens: below and right of another, so that neither hides the other's title. */
export function besideBounds(
  other: Bounds,
  { width, height }: { readonly width: number; readonly height: number },
): Bounds {
  const step = 48
  return { x: other.x + step, y: other.y + step, width, height }
}

/** Remembered bounds, unless no screen shows a good part of their title bar any more. */
export function visibleBounds(remembered: Bounds | undefined, screens: readonly Bounds[]): Bounds | undefined {
  if (remembered === undefined) return undefined
  const shown = screens.some((screen) => {
    const across = Math.min(remembered.x + remembered.width, screen.x + screen.width) - Math.max(remembered.x, screen.x)
    return across >= 100 && remembered.y >= screen.y && remembered.y < screen.y + screen.height - 30
  })
  return shown ? remembered : undefined
}

/** The same size, moved so far that the screen it begins on shows all of it; undefined where it begins on none. */
export function insideBounds(wanted: Bounds, screens: readonly Bounds[]): Bounds | undefined {
  const screen = screens.find(
    ({ x, y, width, height }) => wanted.x >= x && wanted.x < x + width && wanted.y >= y && wanted.y < y + height,
  )
  if (screen === undefined) return undefined
  return {
    ...wanted,
    x: Math.max(screen.x, Math.min(wanted.x, screen.x + screen.width - wanted.width)),
    y: Math.max(screen.y, Math.min(wanted.y, screen.y + screen.height - wanted.height)),
  }
}
