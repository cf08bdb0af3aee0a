import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

/** File in `out/` that holds the digest of the sources it was built from. */
export const buildStampFile = '.sources'

const inputs = ['electron', 'renderer', 'shared', 'package.json', 'package-lock.json', 'scripts/build.mjs']

/** Digest of the content of everything that the build reads; tests are left out. */
export function sourceDigest() {
  const hash = createHash('sha256')
  for (const input of inputs) addTo(hash, input)
  return hash.digest('hex')
}

/** Whether `out/` was built from the sources as they are now. */
export function isBuilt() {
  const stamp = join(root, 'out', buildStampFile)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceDigest()
}

function addTo(hash, path) {
  const full = join(root, path)
  if (path.includes('.test.')) return
  let names = null
  try {
    names = readdirSync(full)
  } catch (error) {
    if (error.code === 'ENOENT') return
    if (error.code !== 'ENOTDIR') throw error
  }
  if (names === null) hash.update(`${path}\0`).update(readFileSync(full)).update('\0')
  else for (const name of names.sort()) addTo(hash, `${path}/${name}`)
}
