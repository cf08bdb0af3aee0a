import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toProblem } from '../../../../shared/model/problem.ts'
import { connectDirectory, type Directory } from '../../../adapters/directory/connect.ts'
import { makeScriptedService, type ScriptedService } from '../../../adapters/services/testing/scripted-service.ts'
import { verifyArchive } from '../../../core/archive/verify.ts'
import { until } from '../../../embedded/testing/sample.ts'
import { journalPlaces, listDiscarded, listSegments } from '../../../formats/journal-folder.ts'
import { serviceSocket } from '../../../formats/layout.ts'
import { openShell, type Shell } from '../shell.ts'
import type { Places } from './run-books.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

const hosts = ['hq-mas', 'tk-ml1', 'os-ml1'] as const

/** What a case did to media and journals; `partial`: bytes of an archive that does not call itself whole. */
export interface Traces {
  readonly archives: number
  readonly partial: number
  readonly sealed: number
  readonly discarded: number
}

/**
 * A domain of real processes that faults are put into, and what is asked of it after each: it is looked at from outside (processes,
 * files, the services' own answers), never through what the run said of itself.
 */
export interface Proving {
  readonly shell: Shell
  /** The disk that the whole domain stands on, and the medium's; null where only the superuser may have one. */
  readonly disk: SmallDisk | null
  readonly mediumDisk: SmallDisk | null
  readonly master: Directory
  /** The dependent service of these hosts, which programs of the site drive. */
  site(host: string): ScriptedService
  places(): Places
  /** Registers a user; whether that was acknowledged, after which it may never be lost. */
  register(name: string): Promise<boolean>
  /** Services whose process is gone: `host/service`. */
  down(): readonly string[]
  /** Does what an operator is told to do next until nothing is left to do; gives the commands, and which of them failed. */
  settle(
    way: 'rollback' | 'resume',
  ): Promise<{ readonly commands: readonly string[]; readonly broken: readonly string[] }>
  /** Which promises do not hold now that all should be well again. */
  judge(): Promise<readonly string[]>
  /** What came since the last case; old archives are cleared away as an operator would. */
  traces(): Traces
  remove(): Promise<void>
}

/** Those that cases (2) and (4) are about. */
const commanded: readonly string[] = ['hq-mas', 'tk-ml1']

/** The domain file's text with that host's Scheduler of the driver `command`. */
function driveByCommand(text: string, host: string, site: ScriptedService | undefined): string {
  const at = text.indexOf('name: Scheduler', text.indexOf(`host: ${host}`))
  const driven = text
    .slice(at)
    .replace(/^( *)driver: embedded$/m, `$1driver: command\n$1commands: ${JSON.stringify(site?.commands)}`)
  return text.slice(0, at) + driven
}

export async function openProving(): Promise<Proving> {
  const shell = await openShell()
  const disk = mountSmallDisk(shell.root)
  const mount = join(shell.base, 'mount')
  const mediumDisk = mountSmallDisk(mount)
  const medium = join(mount, 'archives')
  const copies = join(shell.base, 'copies')
  for (const folder of [medium, copies]) mkdirSync(folder, { recursive: true })
  await shell.init()
  const written = readFileSync(shell.config, 'utf8')
  // Their dependent services are not ours: programs of the site drive them.
  const sites = Object.fromEntries(commanded.map((host) => [host, makeScriptedService(join(shell.base, 'site', host))]))
  writeFileSync(
    shell.config,
    commanded
      .reduce((text, host) => driveByCommand(text, host, sites[host]), written)
      .replace(/recordBytes: \d+/, `$&\n  secondCopy: {to: ${copies}, required: false}`),
  )
  const done = [
    await shell.run(['start', '--server', hosts.join(',')]),
    await shell.run(['backup', '--server', 'MASTER', '--to', join(medium, 'first.tar.zst'), '--yes']),
  ]
  for (const { code, stderr } of done) if (code !== 0) throw new Error(stderr)

  const domain = shell.domain()
  const leaseMs = 2 * domain.lease.ttlMs
  const directories = hosts.map((host) =>
    connectDirectory({ socket: serviceSocket(domain, host, 'address-service'), host, timeoutMs: 20_000 }),
  )
  const [master] = directories as [Directory, ...Directory[]]
  const workerPath = join(dirname(shell.cli), 'archive-worker.cjs')
  const acknowledged = new Set<string>()
  /** By path: the server and the last change of every archive that was read whole. */
  const whole = new Map<string, { readonly host: string; readonly number: number }>()
  const judged = new Map<string, number>()
  let archive = join(medium, 'first.tar.zst')
  let before: Traces = { archives: 0, partial: 0, sealed: 0, discarded: 0 }

  const down = () => Object.entries(shell.snapshot().pids).flatMap(([name, pid]) => (pid === null ? [name] : []))
  const files = () => (existsSync(medium) ? readdirSync(medium).sort() : [])

  async function repairPending(): Promise<boolean> {
    try {
      await master.names.register({ kind: 'user', name: '行列 確認' }, 'gmadmin')
      return false
    } catch (error) {
      return toProblem(error).code === 'repair-pending'
    }
  }

  async function namesAt(directory: Directory): Promise<ReadonlySet<string>> {
    const { rows } = await directory.names.search({ kind: 'user', name: '行列', limit: 5000 })
    return new Set(rows.map(({ name }) => name))
  }

  async function missing(): Promise<readonly string[]> {
    const found = await Promise.all(directories.map(namesAt))
    return hosts.flatMap((host, index) => {
      const lost = [...acknowledged].filter((name) => !found[index]?.has(name))
      return lost.length === 0 ? [] : [`${lost.length} registrations are not at ${host}: ${lost[0]}`]
    })
  }

  async function unwhole(): Promise<readonly string[]> {
    const broken: string[] = []
    for (const name of files().filter((each) => each.endsWith('.tar.zst'))) {
      const path = join(medium, name)
      if (whole.has(path)) continue
      try {
        const { summary } = await verifyArchive(path, { workerPath })
        whole.set(path, { host: summary.host, number: summary.position?.number ?? -1 })
        if (summary.host === 'hq-mas') archive = path
      } catch (error) {
        broken.push(`${name} calls itself whole: ${toProblem(error).code}`)
      }
    }
    return broken
  }

  /** Of what was discarded since, each must be in as many whole archives that stand there as the domain file wants. */
  function uncovered(): readonly string[] {
    return journalPlaces(shell.domain()).flatMap((place) => {
      const rows = listDiscarded(place)
      const fresh = rows.slice(judged.get(place.host) ?? 0)
      judged.set(place.host, rows.length)
      return fresh.flatMap(({ id, last, coveredBy }) => {
        const covers = coveredBy.filter((path) => {
          const found = whole.get(path)
          return existsSync(path) && found?.host === place.host && found.number >= (last?.number ?? 0)
        })
        return covers.length >= 2 ? [] : [`segment ${id} of ${place.host}'s journal was discarded uncovered`]
      })
    })
  }

  function count(): Traces {
    const places = journalPlaces(shell.domain())
    const sum = (of: readonly (readonly unknown[])[]) => of.reduce((total, each) => total + each.length, 0)
    const discarded = sum(places.map(listDiscarded))
    return {
      archives: whole.size,
      partial: files().filter((name) => !name.endsWith('.tar.zst')).length,
      sealed: sum(places.map((place) => listSegments(place))) + discarded,
      discarded,
    }
  }

  await unwhole()
  before = count()
  return {
    shell,
    disk,
    mediumDisk,
    master,
    site(host) {
      const found = sites[host]
      if (!found) throw new Error(`no programs drive a service of ${host}`)
      return found
    },
    places: () => ({ medium, copies, archive }),
    async register(name) {
      try {
        await master.names.register({ kind: 'user', name }, 'gmadmin')
        acknowledged.add(name)
        return true
      } catch {
        return false
      }
    },
    down,
    async settle(way) {
      const commands: string[] = []
      const broken: string[] = []
      const next = async (...words: string[]) => {
        commands.push(words.filter((word) => word !== '--yes').join(' '))
        const { code, problem } = await shell.run(words)
        // A server backed up alone beyond the master's archive is a warning.
        if (code !== 0 && (code !== 1 || problem !== null)) broken.push(`${commands.at(-1)}: exit ${code} ${problem}`)
      }
      if (shell.snapshot().runRecords.length > 0) await next('runs', way, '--yes')
      const left = [...new Set(down().map((name) => name.split('/')[0]))]
      if (left.length > 0) await next('start', '--server', left.join(','))
      if (await repairPending()) await next('repair', '--server', 'MASTER', '--yes')
      return { commands, broken }
    },
    async judge() {
      const { runRecords } = shell.snapshot()
      const broken = down().map((name) => `${name} is down`)
      if (runRecords.length > 0) broken.push(`unsettled: ${runRecords.join(', ')}`)
      if (broken.length > 0) return broken
      // A run that could not end its 排他 leaves it to its lease, which counts anew from a restart of the address service.
      // A session that a console could not end is left so, too.
      const free = async () => !(await master.lock.status()).held && (await master.sessions.list()).length === 0
      await until(free, leaseMs).catch(() => broken.push('排他 or a session outlives its lease'))
      broken.push(...(await unwhole()), ...uncovered())
      await until(async () => (await missing()).length === 0, 60_000).catch(() => undefined)
      return [...broken, ...(await missing())]
    },
    traces() {
      const now = count()
      const since: Traces = {
        archives: now.archives - before.archives,
        partial: now.partial,
        sealed: now.sealed - before.sealed,
        discarded: now.discarded - before.discarded,
      }
      before = now
      const kept = new Set(
        hosts.flatMap((host) => [...whole].filter(([, one]) => one.host === host).slice(-3)).map(([path]) => path),
      )
      for (const name of files()) if (!kept.has(join(medium, name))) rmSync(join(medium, name), { force: true })
      for (const name of readdirSync(copies)) rmSync(join(copies, name), { force: true })
      return since
    },
    async remove() {
      for (const directory of directories) directory.close()
      for (const pid of Object.values(shell.snapshot().pids)) if (pid !== null) process.kill(pid, 'SIGKILL')
      await until(() => down().length === domain.servers.flatMap(({ services }) => services).length)
      disk?.unmount()
      mediumDisk?.unmount()
      await shell.remove()
    },
  }
}
