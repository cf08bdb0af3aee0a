/**
 * `npm run bench:domain [-- --seconds N --users N --json]`: registrations a second acknowledged durable, the delay of
 * replication, 整合性確保 of 100 differences and データ修復, each beside its limit measured in the same run: syncs a second,
 * a round trip over the socket, a full copy. The last line with `--json` is one object with every figure.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')
const cacheDir = join(root, '.cache')
mkdirSync(cacheDir, { recursive: true })
const folder = mkdtempSync(join(cacheDir, 'bench-domain-'))
try {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: {
      target: 'node',
      noExternal: true,
      external: ['libsql', 'vite', '@mongodb-js/zstd', 'fs-native-extensions', 'koffi'],
    },
    build: {
      ssr: true,
      outDir: folder,
      copyPublicDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        input: join(root, 'electron/embedded/testing/bench-domain.ts'),
        output: { format: 'es', entryFileNames: 'domain.mjs' },
      },
    },
  })
  const { status } = spawnSync(process.execPath, [join(folder, 'domain.mjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
