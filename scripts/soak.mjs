/**
 * `npm run soak -- crash-matrix|fault-matrix|property|fuzz [--runs N] [--seed S] [--path P]`: the long form of what `npm test` samples. Without
 * `--runs` a matrix takes every case once, in order; with it, so many in an order that the seed decides, and more than there are go
 * round again. `fuzz` reads so many broken archives and journals; what it finds is told with its seed, which joins those of the
 * tests. `--path` lives the property's history of that number alone. All end with a table (Markdown; a matrix with two more, by
 * run-book and by step; none of fuzz) and, as the last line of
 * stdout, one JSON object; with 1 where one went wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './lib/exec.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { compactTable, matrixTable, readRows, summary } from './lib/matrix-table.mjs'
import { root } from './lib/paths.mjs'
import { propertyTable, readHistories, totalOf } from './lib/property-table.mjs'
import { setUp } from './setup.mjs'

const soaks = {
  'crash-matrix': {
    files: ['electron/commands/crash-matrix.test.ts'],
    environment: ({ runs, seed }) => ({
      UNTENSEKI_CRASH_MATRIX: String(runs ?? 'all'),
      UNTENSEKI_CRASH_MATRIX_SEED: String(seed ?? 1),
    }),
  },
  'fault-matrix': {
    files: ['electron/commands/fault-matrix.test.ts'],
    environment: ({ runs, seed }) => ({
      UNTENSEKI_FAULT_MATRIX: String(runs ?? 'all'),
      UNTENSEKI_FAULT_MATRIX_SEED: String(seed ?? 1),
    }),
  },
  fuzz: {
    files: ['electron/core/archive/extract/fuzz.property.test.ts', 'electron/formats/journal-fuzz.test.ts'],
    environment: ({ runs, seed }) => ({
      UNTENSEKI_FUZZ_RUNS: String(runs ?? 20_000),
      UNTENSEKI_FUZZ_SEED: String(seed ?? Date.now() % 1_000_000),
    }),
  },
  property: {
    files: ['electron/commands/property.test.ts'],
    environment: ({ runs, seed, path }) => ({
      UNTENSEKI_PROPERTY_RUNS: String(path === undefined ? (runs ?? 100) : 1),
      UNTENSEKI_PROPERTY_SEED: String(seed ?? Date.now() % 1_000_000),
      UNTENSEKI_PROPERTY_FROM: String(path ?? 0),
    }),
  },
}

function parse([name, ...rest]) {
  const soak = Object.hasOwn(soaks, name ?? '') ? soaks[name] : null
  const usage = `npm run soak -- ${Object.keys(soaks).join('|')} [--runs N] [--seed S] [--path P]`
  const given = {}
  for (let at = 0; at < rest.length; at += 2) {
    const [word, value] = [rest[at], rest[at + 1]]
    const key = { '--runs': 'runs', '--seed': 'seed', '--path': 'path' }[word]
    if (!key || !/^[0-9]{1,9}$/.test(value ?? '') || (key === 'runs' && Number(value) === 0)) throw new Stop(64, usage)
    given[key] = Number(value)
  }
  if (!soak) throw new Stop(64, usage)
  return { name, soak, given }
}

await runMain(async () => {
  const { name, soak, given } = parse(process.argv.slice(2))
  const environment = soak.environment(given)
  for (const [key, value] of Object.entries(environment)) log(`${key}=${value}`)
  await setUp({ build: false })
  const scratch = mkdtempSync(join(tmpdir(), 'unt-soak-'))
  const rows = join(scratch, 'rows.jsonl')
  const begun = Date.now()
  try {
    const { code } = await run(
      process.execPath,
      [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--testTimeout=0', ...soak.files],
      {
        cwd: root,
        env: {
          ...process.env,
          ...environment,
          [name === 'property' ? 'UNTENSEKI_PROPERTY_REPORT' : 'UNTENSEKI_MATRIX_TABLE']: rows,
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    process.exitCode = code ?? 1
    if (name === 'fuzz') {
      const [runs, seed] = Object.values(environment).map(Number)
      process.stdout.write(
        `${JSON.stringify({ kind: 'fuzz', runs, seed, ms: Date.now() - begun, whole: code === 0 })}\n`,
      )
      return
    }
    if (name === 'property') {
      const total = totalOf(readHistories(rows))
      process.stdout.write(`\n${propertyTable([total])}\n${JSON.stringify(total)}\n`)
      return
    }
    const found = readRows(rows)
    process.stdout.write(
      `\n${matrixTable(found)}\n\n${compactTable(found, 'book')}\n\n${compactTable(found, 'step')}\n`,
    )
    process.stdout.write(`${JSON.stringify(summary(name, environment, found, Date.now() - begun))}\n`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})
