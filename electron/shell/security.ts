import { app, type Session, type WebContents } from 'electron'
import type { Log } from './log.ts'
import { isOwnAddress } from './window-kind.ts'

/** Nothing but the console's own files; no inline script or style, no network (design: IPC and security). */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Shuts every way out of the console's pages: navigation, new windows, `<webview>`; each refusal is logged. */
export function secureAllContents(log: Log): void {
  app.on('web-contents-created', (_event, contents) => secureContents(contents, log))
}

function secureContents(contents: WebContents, log: Log): void {
  const refuse = (event: { preventDefault(): void }, what: string, url: string) => {
    event.preventDefault()
    log({ event: 'navigation.refused', what, url })
  }
  contents.on('will-navigate', (event) => {
    if (event.url !== contents.getURL() || !isOwnAddress(event.url)) refuse(event, 'navigate', event.url)
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) refuse(event, 'frame', event.url)
  })
  contents.on('will-redirect', (event) => refuse(event, 'redirect', event.url))
  contents.on('will-attach-webview', (event) => refuse(event, 'webview', ''))
  contents.setWindowOpenHandler(({ url }) => {
    log({ event: 'navigation.refused', what: 'window', url })
    return { action: 'deny' }
  })
}

/** Denies every permission and download of a session's pages: the console asks for none. */
export function denyPermissions(session: Session, log: Log): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    log({ event: 'permission.refused', permission })
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event, item) => {
    event.preventDefault()
    log({ event: 'download.refused', url: item.getURL() })
  })
}
