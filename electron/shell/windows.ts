import { BrowserWindow, screen, type WebContents } from 'electron'
import type { Log } from './log.ts'
import { readSmallFile, writeSmallFile } from './small-file.ts'
import { besideBounds, insideBounds, visibleBounds, type WindowState, windowStateSchema } from './window-bounds.ts'
import { pageAddress, type WindowKind } from './window-kind.ts'
import { zoomByKeys } from './zoom.ts'

const shapes: Readonly<Record<WindowKind, { width: number; height: number; minWidth: number; minHeight: number }>> = {
  system: { width: 980, height: 580, minWidth: 520, minHeight: 360 },
  'name-database': { width: 900, height: 600, minWidth: 560, minHeight: 380 },
  'run-book': { width: 780, height: 620, minWidth: 520, minHeight: 400 },
  archive: { width: 900, height: 600, minWidth: 520, minHeight: 400 },
  history: { width: 860, height: 620, minWidth: 520, minHeight: 400 },
  failure: { width: 520, height: 300, minWidth: 360, minHeight: 220 },
}

export interface WindowsOptions {
  /** Absolute path of the built preload script. */
  readonly preload: string
  /** Where windows' places are remembered. */
  readonly stateFile: string
  readonly log: Log
  /** The window was asked to close. True: let it. */
  readonly mayClose: (kind: WindowKind) => boolean
  /** The page of a window is gone: closed, crashed or reloaded. What only that page knew is lost. */
  readonly pageGone: (kind: WindowKind) => void
  readonly closed: (kind: WindowKind) => void
}

/** The console's windows, each kind at most once. */
export interface Windows {
  /** Opens a window, or brings the one of that kind to the front. `extra`: query parameters of its page. */
  open(kind: WindowKind, extra?: Readonly<Record<string, string>>): void
  /** Closes a window without asking. */
  close(kind: WindowKind): void
  kindOf(windowId: number): WindowKind | null
  each(visit: (contents: WebContents) => void): void
  contents(kind: WindowKind): WebContents | null
}

export function createWindows(options: WindowsOptions): Windows {
  const open = new Map<WindowKind, BrowserWindow>()
  const places: { [kind: string]: WindowState[string] } = {
    ...readSmallFile(options.stateFile, windowStateSchema),
  }

  function create(kind: WindowKind, extra: Readonly<Record<string, string>>): BrowserWindow {
    const shape = shapes[kind]
    const screens = screen.getAllDisplays().map((display) => display.workArea)
    const other = [...open.values()].at(-1)
    const beside = other && besideBounds(other.getBounds(), shape)
    const place = visibleBounds(places[kind], screens) ?? (beside && insideBounds(beside, screens))
    const window = new BrowserWindow({
      ...shape,
      ...place,
      show: false,
      backgroundColor: '#c0c0c0',
      autoHideMenuBar: true,
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        devTools: true,
      },
    })
    open.set(kind, window)
    window.once('ready-to-show', () => window.show())
    window.on('close', (event) => {
      if (!options.mayClose(kind)) {
        event.preventDefault()
        return
      }
      if (!window.isFullScreen()) remember(kind, window)
    })
    window.on('closed', () => {
      if (open.get(kind) !== window) return
      open.delete(kind)
      options.pageGone(kind)
      options.closed(kind)
    })
    watchPage(kind, window, extra)
    zoomByKeys(window.webContents)
    void window.loadURL(pageAddress(kind, extra)).catch((error: unknown) => {
      // A window that was closed while it loaded has nothing to tell.
      if (!window.isDestroyed()) options.log({ event: 'window.load-failed', kind, text: String(error) })
    })
    return window
  }

  function watchPage(kind: WindowKind, window: BrowserWindow, extra: Readonly<Record<string, string>>): void {
    let loads = 0
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument && ++loads > 1) options.pageGone(kind)
    })
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      options.log({ event: 'window.page-gone', kind, reason })
      if (open.get(kind) !== window) return
      options.pageGone(kind)
      // A new window first: the engine and its runs live on in this process, whatever became of the page.
      remember(kind, window)
      create(kind, extra)
      window.destroy()
    })
  }

  function remember(kind: WindowKind, window: BrowserWindow): void {
    places[kind] = window.getNormalBounds()
    try {
      writeSmallFile(options.stateFile, places)
    } catch (error) {
      options.log({ event: 'window.state-unsaved', text: String(error) })
    }
  }

  return {
    open(kind, extra = {}) {
      const window = open.get(kind)
      if (window === undefined) {
        create(kind, extra)
        return
      }
      if (window.isMinimized()) window.restore()
      window.focus()
    },
    close(kind) {
      const window = open.get(kind)
      if (window === undefined) return
      remember(kind, window)
      window.destroy()
    },
    kindOf(windowId) {
      for (const [kind, window] of open) if (window.id === windowId) return kind
      return null
    },
    each(visit) {
      for (const window of open.values()) visit(window.webContents)
    },
    contents: (kind) => open.get(kind)?.webContents ?? null,
  }
}
