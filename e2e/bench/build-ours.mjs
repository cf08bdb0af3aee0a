import { join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')

/**
 * The engine as it ships: bundled, with its threads' files and Electron's main process for it (`responsive-main.cjs`) beside it.
 * `digests: false`: without any digest, which shows what they take; such an archive is good for nothing else.
 */
export async function buildOurs(folder, { digests } = { digests: true }) {
  const outDir = join(folder, digests ? 'ours' : 'ours-no-digests')
  const entry = (path) => join(root, path)
  await build({
    configFile: false,
    logLevel: 'warn',
    root,
    publicDir: false,
    envDir: false,
    plugins: digests ? [] : [noDigests],
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

const noDigests = {
  name: 'no-digests',
  enforce: 'pre',
  resolveId: (source) => (source.endsWith('/hash.ts') ? join(root, 'e2e/bench/no-digests.ts') : null),
}
