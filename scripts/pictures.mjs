/** `npm run pictures`: the README's pictures, taken anew from the running program by its own journeys. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './lib/exec.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { setUp } from './setup.mjs'

/** A journey's picture, and its name in the README. */
const pictures = {
  'console-starts': 'console',
  'name-database': 'name-database',
  'journal-clear-question': 'journal-clear',
  'case-one': 'run-book',
  'restore-gap': 'restore',
}

await runMain(async () => {
  await setUp()
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const titles = 'shows what is true|asks, seals|in one go|with a gap'
  const { code } = await run(process.execPath, [cli, 'test', '-g', titles], { cwd: root })
  if (code !== 0) throw new Stop(code ?? 1, 'a journey failed, so the pictures stay as they are')
  const folder = join(root, 'assets', 'pictures')
  mkdirSync(folder, { recursive: true })
  for (const [from, to] of Object.entries(pictures)) {
    copyFileSync(join(root, 'e2e', 'output', `${from}.png`), join(folder, `${to}.png`))
  }
  log(`took ${Object.keys(pictures).length} pictures`)
})
