import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Ignored folder for what scripts fetch and remember; safe to delete at any time. */
export const cacheDir = join(root, '.cache')
