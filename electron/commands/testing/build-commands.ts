import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

/** Packages that stay outside the bundle, because they hold or load machine code. */
const external = ['libsql', '@mongodb-js/zstd', 'fs-native-extensions', 'koffi']
const entries = {
  cli: join('electron', 'cli.ts'),
  service: join('electron', 'service.ts'),
  'archive-worker': join('electron', 'archive-worker.ts'),
  'archive-reader': join('electron', 'archive-reader.ts'),
  'console-run': join('electron', 'commands', 'testing', 'console-run.ts'),
  operator: join('electron', 'commands', 'testing', 'property', 'operator.ts'),
}
/** Everything that they are made of. */
const sources = ['adapters', 'commands', 'core', 'embedded', 'formats', 'wire'].map((name) => join('electron', name))
const roots = [...Object.values(entries), join('electron', 'compose.ts')]

/**
 * Builds the commands with the worker and the service that they begin, and returns the path of `cli.cjs`. The folder's name
 * carries a digest of the sources, so that a second test file finds it built; it lies in the checkout, where the packages
 * that stay outside are found.
 */
export async function buildCommands(): Promise<string> {
  const root = resolve('.')
  const parent = join(root, '.cache', 'test-commands')
  mkdirSync(parent, { recursive: true })
  const folder = join(parent, digestSources(root))
  const cli = join(folder, 'cli.cjs')
  if (existsSync(cli)) return cli
  const draft = `${folder}-${process.pid}-${Date.now()}`
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { target: 'node', noExternal: true, external },
    build: {
      ssr: true,
      outDir: draft,
      copyPublicDir: false,
      minify: false,
      target: 'node18.15',
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(root, file)])),
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  })
  sweep(parent)
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Another test file may have built the same at the same time.
    if (!existsSync(cli)) throw error
    rmSync(draft, { recursive: true, force: true })
  }
  return cli
}

/** Takes away what earlier sources were built to, unless a test may still be using it. */
function sweep(parent: string): void {
  const recent = Date.now() - 3_600_000
  for (const name of readdirSync(parent)) {
    const found = statSync(join(parent, name), { throwIfNoEntry: false })
    if (found && found.mtimeMs < recent) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

function digestSources(root: string): string {
  const hash = createHash('sha256')
  for (const folder of [...sources, 'shared']) {
    for (const name of (readdirSync(join(root, folder), { recursive: true }) as string[]).sort()) {
      if (name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name)) {
        hash.update(readFileSync(join(root, folder, name)))
      }
    }
  }
  for (const file of [...roots, 'package.json']) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex').slice(0, 16)
}
