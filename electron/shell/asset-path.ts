import { extname, join, sep } from 'node:path'
import { isOwnAddress } from './window-kind.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** A file of the renderer's folder, ready to be served. */
export type Asset = { readonly file: string; readonly contentType: string }

/**
 * Which file under `root` (absolute) an address names, or null: another host, a way out of the folder in any spelling,
 * a name with a NUL or a backslash, or a kind of file that the renderer has none of.
 */
export function resolveAsset(root: string, address: string): Asset | null {
  if (!isOwnAddress(address)) return null
  const raw = /^[a-z]+:\/\/[^/?#]*([^?#]*)/.exec(address)?.[1] ?? ''
  let path: string
  try {
    path = decodeURIComponent(raw)
  } catch {
    return null
  }
  if (/[\0\\]/.test(path) || path.split('/').includes('..')) return null
  const file = join(root, path)
  if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) return null
  const contentType = contentTypes[extname(file)]
  return contentType === undefined ? null : { file, contentType }
}
