/**
 * `npm run package -- dir`: the program as electron-builder lays it out, in `dist/`. From a repackaged runtime it is
 * built too, for tests, and marked so that nobody hands it out.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { log, runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { setUp } from './setup.mjs'

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const targets = ['dir']
const sourcesOfKoffi = '!node_modules/koffi/{doc,vendor,CHANGELOG.md}{,/**}'
const otherPlatforms = `!node_modules/fs-native-extensions/prebuilds/!(${process.platform}-${process.arch}){,/**}`

function configuration(electron) {
  const repackaged = electron.source === 'fallback'
  return {
    appId: 'example.untenseki',
    productName: 'untenseki',
    electronDist: electron.dist,
    electronVersion: electron.version,
    directories: { output: 'dist', buildResources: 'assets' },
    files: [
      'package.json',
      'LICENSE',
      'assets/icons/**',
      'out/**',
      '!out/**/*.map',
      '!out/.sources',
      otherPlatforms,
      sourcesOfKoffi,
    ],
    asar: true,
    // Machine code is loaded by the system's loader, which knows no archives.
    asarUnpack: [
      'node_modules/{libsql,fs-native-extensions,koffi}/**',
      'node_modules/{@libsql,@mongodb-js,@koromix}/**',
    ],
    npmRebuild: false,
    extraMetadata: repackaged ? { version: `${version}-not-for-distribution` } : {},
    // RunAsNode stays on: commands and services run on the program's own binary, without a display.
    electronFuses: {
      runAsNode: true,
      enableCookieEncryption: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
    },
    linux: { target: targets, icon: 'assets/icons', category: 'System', executableName: 'untenseki' },
    afterPack: (context) => finish(context.appOutDir, electron, repackaged),
  }
}

/** With a given runtime electron-builder copies all of it: what belongs to the bare runtime goes. */
function finish(appOutDir, electron, repackaged) {
  for (const name of ['resources/default_app.asar', 'version', 'REPACKAGED.txt'])
    rmSync(join(appOutDir, name), { force: true })
  if (!repackaged) return
  const text = `Built on Electron ${electron.version} repackaged by a third party, long out of support. For tests only.\n`
  writeFileSync(join(appOutDir, 'NOT-FOR-DISTRIBUTION.txt'), text)
}

await runMain(async () => {
  const asked = process.argv.slice(2)
  if (asked.length !== 1 || !targets.includes(asked[0]))
    throw new Stop(64, `usage: npm run package -- ${targets.join('|')}`)
  await setUp()
  const { resolveElectron } = await import('./electron-runtime.mjs')
  const electron = await resolveElectron()
  if (!electron.version) throw new Stop(69, `the runtime at ${electron.dist} does not say its version`)
  const started = Date.now()
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const { build, Platform } = await import('electron-builder')
  await build({
    projectDir: root,
    targets: Platform.current().createTarget(asked),
    config: configuration(electron),
    publish: 'never',
  })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  log(`packaged in ${seconds} s: ${join(root, 'dist')}`)
  if (electron.source === 'fallback') log('this package stands on a repackaged runtime: NOT FOR DISTRIBUTION')
  if (!existsSync(join(root, 'dist'))) throw new Stop(1, 'electron-builder left no dist/')
})
