/**
 * `npm run bench:archive [-- --files N --database-mb N --rounds N --growth N[,N…] --only WHAT[,WHAT…] --peers NAME[,NAME…]
 * --json]`: our archive beside tar, zstd, bsdtar, the npm package `tar`, restic and borg, on the same tree, alternately in
 * the same run. `--only`: of create, verify and restore; `--peers`: of tar, tar-zstd, bsdtar, npm-tar, restic, borg. Prints a table and, as
 * the last line with `--json`, one object with every ratio, its target and whether it is met; exit 1 on a missed target.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildOurs } from './build-ours.mjs'
import { makeMailStore } from './mail-store.mjs'
import { peersOf, targets } from './peers.mjs'

const root = resolve(import.meta.dirname, '../..')
const cacheDir = join(root, '.cache')
const LEVEL = '3'
const DROP = '/proc/sys/vm/drop_caches'
const env = { ...process.env, LC_ALL: 'C.UTF-8', RESTIC_PASSWORD: 'bench', BORG_BASE_DIR: '', RESTIC_PROGRESS_FPS: '0' }

const MEMORY_MB = 200
const WORKS = ['create', 'verify', 'restore']

/** Beside the command, and not counted with it, an idle process shows how long the machine keeps anybody waiting. */
const MEASURED = `"$NODE" "$IDLE" "$IDLE_FILE" & idle=$!
/usr/bin/time -o "$REPORT" -f '%e %U %S %M' sh -ec "$COMMAND" && code=0 || code=$?
kill $idle; wait $idle || true
exit $code`

/** Ends the program with a message and an exit code. */
class Stop extends Error {
  constructor(exitCode, message) {
    super(message)
    this.exitCode = exitCode
  }
}

const log = (text) => console.error(`bench: ${text}`)

await main().catch((thrown) => {
  if (!(thrown instanceof Stop)) throw thrown
  log(thrown.message)
  process.exitCode = thrown.exitCode
})

async function main() {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', default: '100000' },
      'database-mb': { type: 'string', default: '1024' },
      rounds: { type: 'string', default: '5' },
      growth: { type: 'string', default: '' },
      only: { type: 'string', default: WORKS.join(',') },
      peers: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  })
  const files = number('files', values.files)
  const databaseMb = number('database-mb', values['database-mb'])
  const rounds = number('rounds', values.rounds)
  const growthFiles = values.growth === '' ? [] : values.growth.split(',').map((each) => number('growth', each))
  const only = chosen('only', values.only, WORKS)
  const all = peersOf({ root, ours: '', undigested: '', level: LEVEL }).flatMap(({ id }) =>
    id === undefined ? [] : [id],
  )
  const named = values.peers === '' ? all : chosen('peers', values.peers, all)
  const missing = ['tar', 'zstd', 'time'].filter((program) => !has(program))
  if (missing.length > 0) throw new Stop(69, `needed and not installed: ${missing.join(', ')}`)

  mkdirSync(cacheDir, { recursive: true })
  const folder = mkdtempSync(join(cacheDir, 'bench-'))
  env.BORG_BASE_DIR = join(folder, 'borg-home')
  try {
    const ours = await buildOurs(folder)
    const undigested = await buildOurs(folder, { digests: false })
    const tree = join(folder, 'tree')
    log(`making ${files} mails and ${databaseMb} MB of databases`)
    makeMailStore({ root: tree, files, databaseMb, seed: 1 })
    const cold = canDropCaches()
    if (!cold) log('the page cache cannot be dropped here (root alone may): no cold rows')
    const rows = measure({ tree, folder, ours, undigested, rounds, cold, only, named })
    const growth = growthFiles.map((count) => grow({ folder, ours, count }))
    const ratios = judge(rows)
    const peak = Math.max(...rows.filter(({ who }) => who.startsWith('untenseki')).map(({ memoryMb }) => memoryMb))
    const memory = { peakMb: peak, targetMb: MEMORY_MB, met: peak <= MEMORY_MB }
    const machine = describeMachine()
    print({ machine, rows, ratios, growth, memory, say: values.json ? log : console.log })
    const met = ratios.every((ratio) => ratio.met) && memory.met
    if (values.json)
      console.log(
        JSON.stringify({ kind: 'result', machine, files, databaseMb, rounds, cold, rows, ratios, memory, growth, met }),
      )
    if (!met) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function number(name, text) {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Stop(64, `--${name} wants a whole number from 1, not ${text}`)
  return value
}

function chosen(name, text, known) {
  const given = text.split(',')
  const unknown = given.find((each) => !known.includes(each))
  if (unknown !== undefined) throw new Stop(64, `--${name} takes ${known.join(', ')}, not ${unknown}`)
  return given
}

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

function measure({ tree, folder, ours, undigested, rounds, cold, only, named }) {
  const peers = peersOf({ root, ours, undigested, level: LEVEL }).filter(({ id, who, needs }) => {
    if (id !== undefined && !named.includes(id)) return false
    if (!needs || has(needs)) return true
    log(`${who} is not installed: no rows of it`)
    return false
  })
  const samples = new Map()
  for (let round = 1; round <= rounds; round += 1) {
    for (const cache of cold ? ['warm', 'cold'] : ['warm']) {
      // Whoever came first would else find what the cold rows before left: nothing.
      if (cache === 'warm') run('tar -cf - -C / $R | cat > /dev/null', { R: tree.slice(1) }, folder)
      for (const peer of peers) {
        const archive = join(folder, `archive${peer.ending}`)
        const out = join(folder, 'restored')
        const vars = { A: archive, T: tree, R: tree.slice(1), O: out }
        log(`round ${round}/${rounds}, ${cache}: ${peer.who}`)
        if (peer.before) run(peer.before, vars, folder)
        if (cache === 'cold') dropCaches()
        const take = (what, sample) => {
          const key = `${what}/${cache}/${peer.who}`
          samples.set(key, [...(samples.get(key) ?? []), sample])
        }
        const made = run(peer.make, vars, folder)
        if (only.includes('create'))
          take('create', { ...made, bytes: statSync(archive).isFile() ? statSync(archive).size : null })
        if (peer.check && only.includes('verify')) take('verify', inCache(cache, peer.check, vars))
        if (peer.bring && only.includes('restore')) {
          mkdirSync(out)
          take('restore', inCache(cache, peer.bring, vars))
          rmSync(out, { recursive: true })
        }
        rmSync(archive, { recursive: true })
      }
    }
  }
  function inCache(cache, command, vars) {
    if (cache === 'cold') dropCaches()
    return run(command, vars, folder)
  }
  return [...samples].map(([key, taken]) => {
    const [what, cache, who] = key.split('/')
    return {
      what,
      cache,
      who,
      seconds: median(taken.map(({ seconds }) => seconds)),
      cpuSeconds: median(taken.map(({ cpuSeconds }) => cpuSeconds)),
      memoryMb: Math.max(...taken.map(({ memoryMb }) => memoryMb)),
      stallMs: who.startsWith('untenseki') ? Math.max(...taken.map(({ stallMs }) => stallMs ?? 0)) : null,
      idleStallMs: who.startsWith('untenseki') ? Math.max(...taken.map(({ idleStallMs }) => idleStallMs ?? 0)) : null,
      bytes: what === 'create' ? (taken.at(-1)?.bytes ?? null) : null,
    }
  })
}

/** One tree of so many mails, written once: does time grow with it, and memory not. */
function grow({ folder, ours, count }) {
  const tree = join(folder, `tree-${count}`)
  log(`growth: ${count} mails`)
  makeMailStore({ root: tree, files: count, databaseMb: 4, seed: 2 })
  const archive = join(folder, 'growth.tar.zst')
  const sample = run(`${process.execPath} ${ours} create ${LEVEL} $T $A`, { A: archive, T: tree }, folder)
  rmSync(archive)
  rmSync(tree, { recursive: true })
  return { files: count, ...sample }
}

/** Runs a line of shell; wall and processor seconds, the peak memory of its largest process, stalls of event loops. */
function run(command, vars, folder) {
  const report = join(folder, 'time')
  const stall = join(folder, 'stall')
  const idle = join(folder, 'idle')
  rmSync(stall, { force: true })
  rmSync(idle, { force: true })
  const own = { NODE: process.execPath, IDLE: join(root, 'e2e/bench/idle.mjs'), IDLE_FILE: idle, REPORT: report }
  // Else whoever waits for the disk waits for what others left unwritten.
  spawnSync('sync')
  const done = spawnSync('sh', ['-c', MEASURED], {
    env: { ...env, ...vars, ...own, COMMAND: command, STALL_FILE: stall },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (done.status !== 0) throw new Stop(1, `${command}: ended with ${done.status}: ${done.stderr}`)
  const [seconds, user, system, kb] = readFileSync(report, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  return {
    seconds,
    cpuSeconds: Number((user + system).toFixed(2)),
    memoryMb: Math.round(kb / 1024),
    stallMs: existsSync(stall) ? Number(readFileSync(stall, 'utf8')) : null,
    idleStallMs: existsSync(idle) ? Number(readFileSync(idle, 'utf8')) : null,
  }
}

function canDropCaches() {
  try {
    dropCaches()
    return true
  } catch {
    return false
  }
}

function dropCaches() {
  spawnSync('sync')
  writeFileSync(DROP, '3')
}

function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function judge(rows) {
  const secondsOf = (what, cache, who) =>
    rows.find((row) => row.what === what && row.cache === cache && row.who === who)?.seconds
  return targets.flatMap(([what, cache, us, them, target]) => {
    const mine = secondsOf(what, cache, us)
    const theirs = secondsOf(what, cache, them)
    if (mine === undefined || theirs === undefined) return []
    const ratio = Number((mine / theirs).toFixed(2))
    return [{ what, cache, us, them, ratio, target, met: ratio <= target }]
  })
}

function describeMachine() {
  const versionOf = (program, ...args) => spawnSync(program, args, { encoding: 'utf8' }).stdout?.split('\n')[0] ?? ''
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model ?? ''}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    versions: [
      versionOf('tar', '--version'),
      versionOf('zstd', '--version'),
      versionOf('bsdtar', '--version'),
      versionOf('restic', 'version'),
      versionOf('borg', '--version'),
      `npm tar ${JSON.parse(readFileSync(join(root, 'node_modules/tar/package.json'), 'utf8')).version}`,
    ].filter((text) => text !== ''),
  }
}

function print({ machine, rows, ratios, growth, memory, say }) {
  say(`${machine.processors}, ${machine.memoryGb} GB, Node ${machine.node}`)
  for (const version of machine.versions) say(`  ${version}`)
  for (const { what, cache, who, seconds, cpuSeconds, memoryMb, bytes } of rows) {
    const size = bytes === null ? '' : `${(bytes / 1e6).toFixed(0)} MB`
    say(
      `${what.padEnd(8)} ${cache.padEnd(5)} ${who.padEnd(18)} ${seconds.toFixed(2).padStart(7)} s ${cpuSeconds.toFixed(2).padStart(7)} s CPU ${String(memoryMb).padStart(5)} MB  ${size}`,
    )
  }
  for (const { what, cache, us, them, ratio, target, met } of ratios)
    say(`${met ? 'met   ' : 'MISSED'} ${what} ${cache}: ${us} / ${them} = ${ratio} (target ${target})`)
  const stalls = rows.filter(({ stallMs }) => stallMs !== null)
  for (const { what, cache, who, stallMs, idleStallMs } of stalls)
    say(
      `longest stall of the event loop: ${what} ${cache} ${who}: ${stallMs} ms (the aim is 50 ms; an idle process meanwhile: ${idleStallMs} ms)`,
    )
  for (const { files, seconds, memoryMb } of growth) say(`growth ${files} mails: ${seconds} s, ${memoryMb} MB`)
  say(`${memory.met ? 'met   ' : 'MISSED'} peak memory ${memory.peakMb} MB (target ${memory.targetMb} MB)`)
}
