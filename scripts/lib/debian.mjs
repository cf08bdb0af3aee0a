import { existsSync } from 'node:fs'
import { run } from './exec.mjs'
import { log, Stop } from './log.mjs'

/** What Electron needs of the system, and a font that has Japanese. */
export const electronPackages = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'fonts-noto-cjk']

/** Those of `packages` that are not installed; none where the system has no dpkg (not a Debian: not ours to judge). */
export async function missingPackages(packages) {
  if (!existsSync('/usr/bin/dpkg-query')) return []
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const args = ['-W', '-f', '${Package}\t${db:Status-Status}\t${Provides}\n']
  const { stdout } = await run('dpkg-query', args, { capture: true, quiet: true })
  const installed = new Set()
  for (const line of stdout.split('\n')) {
    const [name, status, provides = ''] = line.split('\t')
    if (status !== 'installed') continue
    installed.add(name)
    // A later Debian renamed some (libgtk-3-0t64): the new name provides the old one.
    for (const provided of provides.split(',')) installed.add(provided.trim().split(' ')[0])
  }
  return packages.filter((name) => !installed.has(name))
}

/** The line that an administrator types for these packages. */
export function aptLine(packages) {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

export function isRoot() {
  return process.getuid?.() === 0
}

/** Installs packages as root. Throws `Stop` (69) when apt fails; output goes to stderr. */
export async function aptInstall(packages) {
  log(`installing Debian packages: ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const update = await run('apt-get', ['update', '-qq'], { env })
  const words = aptLine(packages).split(' ').slice(1)
  const install = await run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...words], { env })
  if (install.code !== 0)
    throw new Stop(69, `apt-get failed (update ${update.code}, install ${install.code}): see above`)
}
