/**
 * `npm test [-- --only NAME,NAME] [--grep TEXT]`: everything that can be checked, on a fresh clone too. A stage that
 * fails does not stop the later ones. Where a Debian package is missing and this user may not install it, what needs
 * it is left out and the end is 69, never 0.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall, aptLine, electronPackages, isRoot, missingPackages } from './lib/debian.mjs'
import { run } from './lib/exec.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { cacheDir, root } from './lib/paths.mjs'
import { countE2e, countUnit } from './lib/test-reports.mjs'
import { setUp } from './setup.mjs'

/** Independent readers, writers and clients that our own results are held against; a test without its tool skips itself. */
const toolPackages = [
  'sqlite3',
  'zstd',
  'strace',
  'swaks',
  'libarchive-tools',
  'groff-base',
  'mandoc',
  'zsh',
  'systemd',
  'faketime',
  'xfsprogs',
  'exfat-fuse',
  'exfatprogs',
  'age',
  'dbus',
  'dunst',
  'openssl',
]
const reports = join(cacheDir, `test-reports-${process.pid}`)

const colours = process.stdout.isTTY ? [] : ['--colors=off']
const bin = (path) => [join(root, 'node_modules', path)]
const script = (name, ...args) => [join(root, 'scripts', name), ...args]

function stages(grep) {
  const unitReport = join(reports, 'unit.json')
  const e2eReport = join(reports, 'e2e.json')
  return [
    { name: 'lint', commands: [[...bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', ...colours]] },
    { name: 'types', commands: [[...bin('typescript/bin/tsc'), '--noEmit', '-p', '.']] },
    { name: 'arrows', commands: [script('arrows.mjs')] },
    { name: 'unused', commands: [[...bin('knip/bin/knip.js')]] },
    { name: 'build', commands: [script('build.mjs')] },
    {
      name: 'unit',
      commands: [
        [
          ...[...bin('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json'],
          ...[`--outputFile.json=${unitReport}`, ...(grep ? ['-t', grep] : [])],
        ],
      ],
      wants: toolPackages,
      count: () => countUnit(unitReport),
    },
    { name: 'package', needs: electronPackages, commands: [script('package.mjs', 'dir'), script('package-smoke.mjs')] },
    {
      name: 'e2e',
      needs: ['xvfb', ...electronPackages],
      wants: toolPackages,
      commands: [[...bin('@playwright/test/cli.js'), 'test', ...(grep ? ['--grep', grep] : [])]],
      env: { E2E_REPORT: e2eReport },
      count: () => countE2e(e2eReport),
    },
  ]
}

async function runStage(stage, missing) {
  const lacking = (stage.needs ?? []).filter((name) => missing.includes(name))
  if (lacking.length > 0) {
    process.stdout.write(`\n=== ${stage.name}: left out, needs ${lacking.join(' ')}\n`)
    return { name: stage.name, state: 'left out', seconds: 0, passed: 0, failed: 0, skipped: 1 }
  }
  process.stdout.write(`\n=== ${stage.name}\n`)
  const started = Date.now()
  const ok = await runCommands(stage)
  const seconds = (Date.now() - started) / 1000
  return { name: stage.name, seconds, ...judge(stage, ok) }
}

async function runCommands(stage) {
  for (const args of stage.commands) {
    const options = { cwd: root, env: { ...process.env, ...stage.env }, stdio: ['ignore', 'inherit', 'inherit'] }
    const { code } = await run(process.execPath, args, options)
    if (code !== 0) return false
  }
  return true
}

/** A stage without tests of its own counts as one; one whose runner failed, or ran no test, has failed at least once. */
function judge(stage, ok) {
  if (!stage.count) return { state: ok ? 'passed' : 'FAILED', passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
  let counts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  try {
    counts = stage.count()
  } catch (error) {
    log(`${stage.name} left no report: ${error.message}`)
  }
  const good = ok && counts.failed === 0 && counts.passed > 0
  return { ...counts, failed: good ? 0 : Math.max(1, counts.failed), state: good ? 'passed' : 'FAILED' }
}

/** Installs what the stages need and want where this user may; returns what is still missing. */
async function ensureDebian(chosen) {
  const named = chosen.flatMap((stage) => [...(stage.needs ?? []), ...(stage.wants ?? [])])
  const missing = await missingPackages([...new Set(named)])
  if (missing.length === 0 || !isRoot()) return missing
  await aptInstall(missing)
  return []
}

function argument(name) {
  const at = process.argv.indexOf(name)
  if (at < 0) return null
  const value = process.argv[at + 1]
  if (!value) throw new Stop(64, `${name} needs a value`)
  return value
}

function select(all, only) {
  if (only === null) return all
  const names = only.split(',')
  const unknown = names.filter((name) => !all.some((stage) => stage.name === name))
  if (unknown.length > 0)
    throw new Stop(64, `no such stage: ${unknown.join(', ')} (${all.map((s) => s.name).join(' ')})`)
  return all.filter((stage) => names.includes(stage.name))
}

/** What failed stands once more at the end, where whoever sees the last lines alone finds it. */
function printTable(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  process.stdout.write('\n')
  for (const { name, failures = [] } of results)
    for (const { title, message } of failures) process.stdout.write(`${name} FAILED: ${title}\n${message}\n\n`)
  for (const { name, state, seconds, passed, failed, skipped } of results) {
    const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
    process.stdout.write(`${name.padEnd(9)} ${state.padEnd(9)} ${seconds.toFixed(1).padStart(7)} s   ${counts}\n`)
  }
  const skipped = sum('skipped')
  process.stdout.write(
    `\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  )
  return sum('failed')
}

await runMain(async () => {
  const chosen = select(stages(argument('--grep')), argument('--only'))
  await setUp({ build: !chosen.some((stage) => stage.name === 'build') })
  const missing = await ensureDebian(chosen)
  if (existsSync(reports)) rmSync(reports, { recursive: true })
  mkdirSync(reports, { recursive: true })
  const results = []
  try {
    for (const stage of chosen) results.push(await runStage(stage, missing))
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
  if (missing.length > 0) log(`Debian packages are missing, so not everything ran; as root: ${aptLine(missing)}`)
  const failed = printTable(results)
  if (failed > 0) process.exitCode = 1
  if (missing.length > 0) process.exitCode = 69
})
