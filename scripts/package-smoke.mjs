/**
 * Runs the packaged program's own binary, without a display, in a folder of its own: a domain is made and started from
 * inside the asar, its master archived by a worker from inside the asar, the archive verified, the domain removed.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './lib/exec.mjs'
import { log, runMain, Stop } from './lib/log.mjs'
import { root } from './lib/paths.mjs'

const program = join(root, 'dist', 'linux-unpacked')
const binary = join(program, 'untenseki')
const cli = join(program, 'resources', 'app.asar', 'out', 'main', 'cli.cjs')
const fusesTool = join(root, 'node_modules', '.bin', 'electron-fuses')

const wantedFuses = {
  RunAsNode: 'Enabled',
  EnableCookieEncryption: 'Disabled',
  EnableNodeOptionsEnvironmentVariable: 'Disabled',
  EnableNodeCliInspectArguments: 'Disabled',
  OnlyLoadAppFromAsar: 'Enabled',
}

/** The shipped binary must carry the fuses that were asked for, whatever the builder says. */
async function checkFuses() {
  const { stdout } = await run(fusesTool, ['read', '--app', binary], { capture: true })
  for (const [fuse, wanted] of Object.entries(wantedFuses)) {
    const found = new RegExp(`${fuse} is (\\w+)`).exec(stdout)?.[1]
    if (found !== wanted) throw new Stop(1, `the fuse ${fuse} is ${found ?? 'not there'}, not ${wanted}`)
  }
}

function checkFolder() {
  for (const name of ['resources/default_app.asar', 'version']) {
    if (existsSync(join(program, name))) throw new Stop(1, `${name} of the bare runtime is in the package`)
  }
}

/** A command of the packaged program; returns its JSON Lines as objects. Throws `Stop` on another exit code than 0. */
function commandsIn(home) {
  const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ELECTRON_RUN_AS_NODE: '1' }
  const config = join(home, 'domain', 'untenseki.yaml')
  return async (...words) => {
    const { code, signal, stdout } = await run(binary, [cli, ...words, '--config', config, '--json'], {
      capture: true,
      cwd: home,
      env,
    })
    if (code !== 0) throw new Stop(1, `untenseki ${words.join(' ')}: ${signal ?? `exit ${code}`}\n${stdout}`)
    log(`packaged: ${words.join(' ')}`)
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }
}

async function backUp(untenseki, home) {
  const domain = join(home, 'domain')
  const archive = join(home, 'master.tar.zst')
  await untenseki('domain', 'init', '--root', domain, '--users', '20', '--mails', '20')
  try {
    await untenseki('domain', 'start')
    const master = (await untenseki('servers')).find((row) => row.roles?.includes('master'))
    if (!master) throw new Stop(1, 'servers names no master')
    await untenseki('backup', '--server', master.host, '--to', archive, '--yes')
    if (!existsSync(archive) || statSync(archive).size === 0) throw new Stop(1, `${archive} was not written`)
    await untenseki('verify', archive)
  } finally {
    await untenseki('domain', 'destroy', '--root', domain, '--yes')
  }
  if (existsSync(domain)) throw new Stop(1, `${domain} is still there`)
}

/** Processes of the packaged program whose command line names a path under `folder`. */
function processesOf(folder) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => commandLine(pid).includes(`${folder}/`)).map(Number)
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** Empty for a process that ended meanwhile. */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

await runMain(async () => {
  checkFolder()
  await checkFuses()
  const home = mkdtempSync(join(tmpdir(), 'untenseki-package-'))
  try {
    await backUp(commandsIn(home), home)
    const left = processesOf(home)
    if (left.length > 0) throw new Stop(1, `services outlived their domain: ${left.join(' ')}`)
  } finally {
    for (const pid of processesOf(home)) kill(pid)
    rmSync(home, { recursive: true, force: true })
  }
  process.stdout.write('package: a service started and a worker archived from inside the asar; fuses as asked\n')
})
