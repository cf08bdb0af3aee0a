import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { resolveAsset } from './asset-path.ts'
import type { Log } from './log.ts'
import { contentSecurityPolicy } from './security.ts'

/** To be called before the app is ready: makes `app://` a scheme with an origin of its own. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])
}

/** Serves the renderer's folder (absolute, also inside an asar) at `app://console/`; all else is 404 and logged. */
export function serveRenderer(root: string, log: Log): void {
  const headers = { 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff' }
  protocol.handle('app', async (request) => {
    const asset = request.method === 'GET' ? resolveAsset(root, request.url) : null
    if (asset === null) {
      log({ event: 'protocol.refused', url: request.url, method: request.method })
      return new Response('', { status: 404, headers })
    }
    try {
      return new Response(await readFile(asset.file), { headers: { ...headers, 'content-type': asset.contentType } })
    } catch (error) {
      log({ event: 'protocol.missing', url: request.url, text: String(error) })
      return new Response('', { status: 404, headers })
    }
  })
}
