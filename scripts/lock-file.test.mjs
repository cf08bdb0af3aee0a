import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './lib/paths.mjs'

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

/** Whether `name` is found from the package at `path`, as Node looks for it. */
function isLocked(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true
    if (at === '') return false
  }
}

// A platform package that the registry lacked when the lock file was written is left out without a word; the next
// `npm ci` on a clean clone then refuses the whole file, while a checkout that has its packages notices nothing.
it('names every optional package that a locked package asks for', () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path}: ${name}`),
  )
  expect(Object.keys(packages).length).toBeGreaterThan(100)
  expect(missing).toEqual([])
})

it('names no registry, and an integrity for every package', () => {
  const locked = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.inBundle)
  expect(locked.filter(([, entry]) => entry.resolved).map(([path]) => path)).toEqual([])
  expect(locked.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([])
})
