/**
 * `npm run bench:responsive [-- --files N --database-mb N --json]`: the archive engine in the real Electron, whose main
 * process has a window: the longest stall of both, beside that of an idle process, and memory above idle, while a mail
 * store is archived, verified and restored. The last line with `--json` is one object; exit 1 on a missed target.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { buildOurs } from './build-ours.mjs'
import { makeMailStore } from './mail-store.mjs'

const STALL_MS = 50
const ABOVE_IDLE_MB = 100

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    'database-mb': { type: 'string', default: '1024' },
    json: { type: 'boolean', default: false },
  },
})
const root = resolve(import.meta.dirname, '../..')
mkdirSync(join(root, '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, '.cache', 'responsive-'))
try {
  const ours = await buildOurs(folder)
  const [tree, archive] = [join(folder, 'tree'), join(folder, 'a.tar.zst')]
  makeMailStore({ root: tree, files: Number(values.files), databaseMb: Number(values['database-mb']), seed: 1 })
  const electron = await electronProgram()
  const calls = [
    ['create', '3', tree, archive],
    ['verify', archive],
    ['restore', archive, join(folder, 'restored')],
  ]
  const rows = []
  for (const call of calls) rows.push(await measure(electron, join(dirname(ours), 'responsive-main.cjs'), call))
  const met = rows.every(
    ({ mainStallMs, windowStallMs, aboveIdleMb }) =>
      Math.max(mainStallMs, windowStallMs) <= STALL_MS && aboveIdleMb <= ABOVE_IDLE_MB,
  )
  for (const { what, seconds, mainStallMs, windowStallMs, idleStallMs, idleMb, aboveIdleMb } of rows)
    console.error(
      `${what.padEnd(8)} ${seconds} s, longest stall: main process ${mainStallMs} ms, window ${windowStallMs} ms (an idle process: ${idleStallMs} ms); ${aboveIdleMb} MB above idle (${idleMb} MB)`,
    )
  if (values.json) console.log(JSON.stringify({ kind: 'result', rows, met }))
  if (!met) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function electronProgram() {
  const { code, out, err } = await finished(process.execPath, [join(root, 'scripts/electron-runtime.mjs')])
  if (code !== 0) throw new Error(`no Electron: ${err}`)
  return join(out.trim(), process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron')
}

async function measure(electron, main, call) {
  const command = [electron, '--no-sandbox', main, '--', ...call]
  const [program, ...given] = process.env.DISPLAY ? command : ['xvfb-run', '-a', ...command]
  const own = { IDLE: join(root, 'e2e/bench/idle.mjs'), IDLE_FILE: join(folder, 'idle') }
  const { code, out, err } = await finished(program, given, own)
  const line = out.split('\n').find((each) => each.startsWith('{'))
  if (code !== 0 || line === undefined) throw new Error(`Electron ended with ${code}: ${err}`)
  return JSON.parse(line)
}

async function finished(program, given, own = {}) {
  const child = spawn(program, given, { env: { ...process.env, ...own }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, out, err }
}
