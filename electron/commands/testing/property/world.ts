import { readdirSync, readFileSync } from 'node:fs'
import type { Domain, ServerConfig } from '../../../../shared/model/domain.ts'
import type { ChangeRange } from '../../../../shared/model/position.ts'
import type { Directory } from '../../../adapters/directory/connect.ts'
import { until } from '../../../embedded/testing/sample.ts'
import type { AddressOperations } from '../../../wire/address-operations.ts'
import type { WireClient } from '../../../wire/client.ts'
import type { Commands, Ended } from './commands.ts'
import type { Model } from './model.ts'
import type { Host } from './operations.ts'
import type { Tally } from './tally.ts'

/** `holds`: the acknowledged changes that stood when it was made. */
export type MadeArchive = { readonly host: Host; readonly path: string; readonly holds: readonly string[] }

/** What an operator is about to give up: the numbers as the product lists them, and the clients' changes among them. */
export type Listed = {
  readonly text: string
  readonly ranges: readonly ChangeRange[]
  readonly changes: readonly string[]
}

/** The domain of one history, what its clients were told, and whoever works on it. */
export type World = {
  readonly domain: Domain
  readonly config: string
  readonly model: Model
  readonly tally: Tally
  readonly commands: Commands
  /** The archives that were made, oldest first. */
  readonly archives: MadeArchive[]
  /** What was listed as lost and accepted. */
  readonly givenUp: Listed[]
  /** The rounds' folders, oldest first: each a whole set. */
  readonly rounds: string[]
  /** Hosts whose disk is lost and not restored yet. */
  readonly lost: Set<Host>
  readonly journal: boolean
  /** Whether the domain lies on a small disk of its own, which may be filled. */
  readonly ownDisk: boolean
  /** Connections of clients and of whoever looks on. */
  directory(host: Host): Directory
  client(host: Host): WireClient<AddressOperations>
  /** What was seen that must not be; the history goes on. */
  readonly wrong: string[]
}

/** The archives of a round, as its result tells them. */
export function madeArchives({ result }: Ended, holds: readonly string[]): MadeArchive[] {
  const rows = result.archives as readonly { readonly host: Host; readonly archive: { readonly path: string } }[]
  return rows.map(({ host, archive: { path } }) => ({ host, path, holds }))
}

/** A history that cannot go on: what it ran into is a difference. */
export class Stuck extends Error {}

export function serverOf(domain: Domain, host: Host): ServerConfig {
  const found = domain.servers.find((one) => one.host === host)
  if (found === undefined) throw new Error(`no server ${host}`)
  return found
}

export function described({ code, problem, stderr }: Ended): string {
  return `${code} ${problem?.code ?? ''} ${problem ? JSON.stringify(problem.params) : ''} ${stderr.slice(-600)}`.trim()
}

/** A command that has to end with one of these codes. */
export async function must(world: World, words: readonly string[], allowed: readonly number[] = [0]): Promise<Ended> {
  const ended = await world.commands.run(words)
  if (!allowed.includes(ended.code ?? -1)) throw new Stuck(`${words.join(' ')} ended with ${described(ended)}`)
  if (ended.code !== 0) world.tally.count(`${words[0]} refused: ${ended.problem?.code ?? ended.code}`)
  return ended
}

/** Killed services are started again, the layers below first; a dependent that survived is no hindrance. */
export async function revive(world: World): Promise<void> {
  const up = world.domain.servers.map(({ host }) => host).filter((host) => !world.lost.has(host as Host))
  if (up.length > 0) await must(world, ['start', '--server', up.join(',')])
}

/** Kills every process of these servers that was started with this domain's file, whatever its pid file says. */
export async function killServices(config: string, hosts: readonly string[]): Promise<void> {
  const running = (): readonly number[] =>
    readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return []
      const words = commandLine(name)
      const host = words[words.indexOf('--host') + 1] ?? ''
      return words.includes(config) && words.includes('--service') && hosts.includes(host) ? [Number(name)] : []
    })
  for (const pid of running()) kill(pid)
  await until(() => running().length === 0)
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
