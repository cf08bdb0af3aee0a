/** Checks that imports point only where the house allows. Ends with 1 on a violation, and when it saw no file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { judge, roomOf } from './lib/arrows.mjs'
import { importsOf } from './lib/imports.mjs'
import { runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'

const folders = ['shared', 'electron', 'renderer', 'e2e']
const source = /\.[cm]?[jt]sx?$/

function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (path === 'e2e/output') return []
    if (entry.isDirectory()) return sources(path)
    return source.test(entry.name) ? [path] : []
  })
}

await runMain(async () => {
  const paths = [...folders.flatMap(sources), ...readdirSync(root).filter((name) => /\.config\.m?ts$/.test(name))]
  const files = paths.map((path) => ({ path, imports: importsOf(path, readFileSync(join(root, path), 'utf8')) }))
  const imports = files.reduce((sum, file) => sum + file.imports.length, 0)
  for (const folder of folders) {
    if (!paths.some((path) => path.startsWith(`${folder}/`)))
      throw new Stop(1, `arrows: no file was seen in ${folder}/`)
  }
  if (imports === 0) throw new Stop(1, 'arrows: no import was seen')
  const violations = judge(files, (path) => existsSync(join(root, path)))
  for (const violation of violations) process.stdout.write(`${violation}\n`)
  const seen = new Set(paths.map(roomOf)).size
  process.stdout.write(
    `arrows: ${files.length} files, ${imports} imports, ${seen} rooms, ${violations.length} violations\n`,
  )
  if (violations.length > 0) process.exitCode = 1
})
