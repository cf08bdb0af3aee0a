import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

/** Packages that stay outside the bundle, because they load native parts. */
const external = ['libsql', 'fs-native-extensions']

/**
 * Builds the entry of a service process for tests and returns its path. The name carries a digest of the sources, so that a
 * second test file finds it built; it lies in the checkout, where the packages that stay outside are found.
 */
export async function buildService(): Promise<string> {
  const root = resolve('.')
  const folder = join(root, '.cache', 'test-service')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `service-${digestSources(root)}.cjs`)
  if (existsSync(file)) return file
  const draft = `service-${process.pid}-${Date.now()}`
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external },
    build: {
      ssr: join(root, 'electron/service.ts'),
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      target: 'node18.15',
      rolldownOptions: { output: { format: 'cjs', entryFileNames: `${draft}.cjs`, codeSplitting: false } },
    },
  })
  renameSync(join(folder, `${draft}.cjs`), file)
  return file
}

function digestSources(root: string): string {
  const hash = createHash('sha256')
  for (const folder of ['electron/embedded', 'electron/wire', 'electron/formats', 'shared']) {
    for (const name of readdirSync(join(root, folder), { recursive: true }) as string[]) {
      if (name.endsWith('.ts') && !name.endsWith('.test.ts')) hash.update(readFileSync(join(root, folder, name)))
    }
  }
  hash.update(readFileSync(join(root, 'electron/service.ts')))
  return hash.digest('hex').slice(0, 16)
}
