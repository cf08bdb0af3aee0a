/**
 * Makes a checkout ready to run: packages as the lock file says, `out/` as the sources say. Needs nothing but Node;
 * does nothing within a fraction of a second when all is there; two at once wait for one another.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './lib/exec.mjs'
import { withLock } from './lib/lock.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { isBuilt } from './lib/source-digest.mjs'

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.untenseki-lock-digest')

/** Throws `Stop` (69) when this Node is older than package.json asks for. */
export function checkNode(version = process.versions.node) {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '')
  const [major, minor] = version.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new Stop(69, `Node ${wanted} or newer is needed; this is ${version}`)
  }
}

/** Installs and builds what is missing or stale. Logs to stderr, prints nothing on stdout. */
export async function setUp({ build = true } = {}) {
  checkNode()
  if (isInstalled() && (!build || isBuilt())) return
  const onWait = () => log('waiting for another set-up of this checkout')
  await withLock(
    'setup',
    async () => {
      if (!isInstalled()) await install()
      if (build && !isBuilt()) await buildOut()
    },
    onWait,
  )
}

async function install() {
  log('installing packages (npm ci)')
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { code } = await run('npm', args, { cwd: root })
  if (code !== 0) throw new Stop(69, 'npm ci failed: see above')
  writeFileSync(stampFile, lockDigest())
}

async function buildOut() {
  const { code } = await run(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root })
  if (code !== 0) throw new Stop(69, 'the build failed: see above')
}

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

/** Whether node_modules holds what the lock file names; npm's own record counts where our stamp is missing. */
function isInstalled() {
  const digest = lockDigest()
  if (readOr(stampFile, '') === digest) return true
  const record = readOr(join(modules, '.package-lock.json'), null)
  if (record === null) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const have = JSON.parse(record).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (path !== '' && have[path]?.version !== entry.version && !(entry.optional && !have[path])) return false
  }
  writeFileSync(stampFile, digest)
  return true
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return otherwise
    throw error
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(() => setUp())
