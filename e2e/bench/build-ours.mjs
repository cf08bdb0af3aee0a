import { join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')

/** The engine as it ships: bundled, with its threads' files and Electron's main process for it (`responsive-main.cjs`) beside it. */
export async function buildOurs(folder) {
  const outDir = join(folder, 'ours')
  const entry = (path) => join(root, path)
  await build({
    configFile: false,
    logLevel: 'warn',
    root,
    publicDir: false,
    envDir: false,
    ssr: {
      target: 'node',
      noExternal: true,
      external: ['electron', 'libsql', '@mongodb-js/zstd', 'fs-native-extensions', 'koffi'],
    },
    build: {
      ssr: true,
      target: 'node18.15',
      outDir,
      rollupOptions: {
        input: {
          ours: entry('e2e/bench/ours.ts'),
          'responsive-main': entry('e2e/bench/responsive-main.ts'),
          'archive-worker': entry('electron/archive-worker.ts'),
          'archive-reader': entry('electron/archive-reader.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
      },
    },
  })
  return join(outDir, 'ours.cjs')
}
