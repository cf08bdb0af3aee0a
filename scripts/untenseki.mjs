/** `npm run -s untenseki -- <verb> …`: the commands from a checkout, set up on the first call. */
import { join } from 'node:path'
import { become } from './lib/exec.mjs'
import { runMain } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { setUp } from './setup.mjs'

await runMain(async () => {
  await setUp()
  // npm runs scripts in the package's root and keeps the caller's folder here: relative paths count from there.
  const cwd = process.env.INIT_CWD ?? process.cwd()
  await become(process.execPath, [join(root, 'out', 'main', 'cli.cjs'), ...process.argv.slice(2)], { cwd })
})
