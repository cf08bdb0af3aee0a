/**
 * Builds `out/`: the roots of electron/ as CommonJS for Node 18.15, the renderer for Chrome 114. Everything but the
 * native packages is bundled. Built beside and renamed, so that a half-built `out/` is never seen.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { run } from './lib/exec.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { cacheDir, root } from './lib/paths.mjs'
import { buildStampFile, sourceDigest } from './lib/source-digest.mjs'

/** They hold or load machine code, so they stay packages of the shipped program. */
const nativePackages = ['libsql', '@mongodb-js/zstd', 'fs-native-extensions', 'koffi']
const mainEntries = ['main', 'cli', 'service', 'archive-worker', 'archive-reader']

const common = { configFile: false, logLevel: 'warn', root, publicDir: false, envDir: false }

function mainConfig(outDir) {
  return {
    ...common,
    ssr: { target: 'node', noExternal: true, external: [...nativePackages, 'electron'] },
    build: {
      ssr: true,
      target: 'node18.15',
      outDir: join(outDir, 'main'),
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: Object.fromEntries(mainEntries.map((name) => [name, join(root, 'electron', `${name}.ts`)])),
        output: {
          format: 'cjs',
          strict: true,
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunks/[name]-[hash].cjs',
        },
      },
    },
  }
}

function preloadConfig(outDir) {
  return {
    ...common,
    ssr: { target: 'node', noExternal: true, external: ['electron'] },
    build: {
      ssr: true,
      target: 'node18.15',
      outDir: join(outDir, 'preload'),
      minify: false,
      rollupOptions: {
        input: { preload: join(root, 'electron', 'preload.ts') },
        output: { format: 'cjs', strict: true, entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  }
}

function rendererConfig(outDir) {
  return {
    ...common,
    root: join(root, 'renderer'),
    base: './',
    plugins: [react()],
    build: {
      target: 'chrome114',
      outDir: join(outDir, 'renderer'),
      emptyOutDir: true,
      // A strict policy (default-src 'self') refuses data: addresses, so nothing is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // Read from this disk: size is no reason to split.
      chunkSizeWarningLimit: 8192,
    },
  }
}

/** A sandboxed preload may require nothing but electron; told here and not by a blank window. */
function checkPreload(outDir) {
  const text = readFileSync(join(outDir, 'preload', 'preload.cjs'), 'utf8')
  const foreign = [...text.matchAll(/\brequire\(\s*["'`]([^"'`]+)["'`]\s*\)/g)].map((match) => match[1])
  const refused = foreign.filter((name) => name !== 'electron')
  if (refused.length > 0) throw new Stop(1, `the preload requires ${refused.join(', ')}: only electron is there`)
}

/** A bundle that still requires a package would work in a checkout and fail in the shipped program. */
function checkExternals(result) {
  const allowed = new Set([...nativePackages, 'electron'])
  for (const { output } of [result].flat()) {
    for (const chunk of output) {
      for (const name of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) {
        const own = output.some((other) => other.fileName === name)
        const ofAllowed = [...allowed].some((each) => name === each || name.startsWith(`${each}/`))
        if (!own && !isBuiltin(name) && !ofAllowed) {
          throw new Stop(1, `${chunk.fileName} would need the package ${name} at run time`)
        }
      }
    }
  }
}

/** The manual page in both languages, from the verbs themselves; each of the manual's names leads to it. */
async function writeManualPages(outDir) {
  for (const [language, folder] of [
    ['en', 'man1'],
    ['ja', 'ja/man1'],
  ]) {
    const pages = join(outDir, 'man', folder)
    mkdirSync(pages, { recursive: true })
    const env = { ...process.env, UNTENSEKI_LANG: language }
    const { code, stdout } = await run(process.execPath, [join(outDir, 'main', 'cli.cjs'), 'man'], {
      capture: true,
      env,
    })
    if (code !== 0) throw new Stop(1, 'the built commands print no manual page')
    writeFileSync(join(pages, 'untenseki.1'), stdout)
    for (const [, name] of stdout.matchAll(/^\.SS "(APST\w+|NXSMNGSRV|nx\w+|adrsmchj)/gm)) {
      writeFileSync(join(pages, `${name}.1`), '.so man1/untenseki.1\n')
    }
  }
}

/** Takes away what builds left that were killed on their way. */
function sweep() {
  for (const name of readdirSync(cacheDir)) {
    const pid = /^build-(\d+)/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(join(cacheDir, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function replaceFolder(from, to) {
  const old = join(cacheDir, `build-${process.pid}-replaced`)
  if (existsSync(to)) await rename(to, old)
  await rename(from, to)
  rmSync(old, { recursive: true, force: true })
}

await runMain(async () => {
  process.env.NODE_ENV = 'production'
  const started = Date.now()
  const out = join(root, 'out')
  const next = join(cacheDir, `build-${process.pid}`)
  mkdirSync(cacheDir, { recursive: true })
  sweep()
  const digest = sourceDigest()
  try {
    checkExternals(await build(mainConfig(next)))
    await build(preloadConfig(next))
    checkPreload(next)
    await build(rendererConfig(next))
    await writeManualPages(next)
    writeFileSync(join(next, buildStampFile), digest)
    await replaceFolder(next, out)
  } finally {
    rmSync(next, { recursive: true, force: true })
  }
  log(`built out/ in ${((Date.now() - started) / 1000).toFixed(1)} s`)
})
