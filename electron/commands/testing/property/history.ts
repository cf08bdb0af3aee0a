import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { connectDirectory, type Directory } from '../../../adapters/directory/connect.ts'
import { loadDomain } from '../../../formats/domain-file.ts'
import { journalPlaces, summarize } from '../../../formats/journal-folder.ts'
import { serviceSocket } from '../../../formats/layout.ts'
import { type AddressOperations, addressOperations } from '../../../wire/address-operations.ts'
import { createWireClient, type WireClient } from '../../../wire/client.ts'
import { act } from './acts.ts'
import { recover } from './losses.ts'
import { createModel } from './model.ts'
import { type History, type Host, replicas } from './operations.ts'
import { createTally } from './tally.ts'
import type { Stage } from './template.ts'
import { must, Stuck, type World } from './world.ts'

export type Verdict = {
  readonly done: readonly string[]
  readonly acknowledged: number
  /** Acknowledged changes that were listed as lost and given up. */
  readonly givenUp: number
  readonly counts: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
  readonly seconds: number
}

/** Lives one history with real processes and says in what the domain differs from what it had acknowledged. */
export async function live(stage: Stage, { journal, operations }: History): Promise<Verdict> {
  const begun = performance.now()
  const { users, told, archives, rounds } = await stage.set(journal)
  const domain = loadDomain(stage.config)
  const open: { close(): void }[] = []
  const clients = new Map<Host, WireClient<AddressOperations>>()
  const socketOf = (host: Host) => serviceSocket(domain, host, 'address-service')
  const world: World = {
    domain,
    config: stage.config,
    model: createModel(users),
    tally: createTally(),
    commands: stage.commands,
    archives: [...archives],
    rounds: [...rounds],
    givenUp: [],
    lost: new Set(),
    journal,
    ownDisk: stage.ownDisk,
    directory: (host) => {
      const made = connectDirectory({ socket: socketOf(host), host })
      open.push(made)
      return made
    },
    client: (host) => {
      const made = clients.get(host) ?? createWireClient(socketOf(host), addressOperations, { timeoutMs: 10_000 })
      if (!clients.has(host)) open.push(made)
      clients.set(host, made)
      return made
    },
    wrong: [],
  }
  for (const { id, name, position } of told) world.model.told(id, name, { kind: 'acknowledged', position })
  const done: string[] = journal ? [] : ['no MNG_JOURNAL']
  try {
    await must(world, ['domain', 'start'])
    for (const one of operations) done.push(await act(world, one))
    await settle(world)
  } catch (error) {
    const text = error instanceof Stuck ? error.message : error instanceof Error ? error.stack : String(error)
    world.wrong.push(`after ${done.join(' → ')}: ${text}`)
  } finally {
    for (const one of open) one.close()
  }
  const { model, tally, wrong } = world
  const seconds = Math.round(performance.now() - begun) / 1000
  return { done, acknowledged: model.acknowledged(), givenUp: model.givenUp(), counts: tally.counts(), wrong, seconds }
}

async function usersOf(directory: Directory): Promise<ReadonlyMap<string, string>> {
  const { rows } = await directory.names.search({ kind: 'user', limit: 5000 })
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Brings the domain to rest as an operator would, and looks at all of it. */
async function settle(world: World): Promise<void> {
  const { domain, model, wrong } = world
  await recover(world, 'rollback')
  for (const of of replicas) await must(world, ['reconcile', '--server', of, '--yes'])
  await must(world, ['replication', '--wait', '60'])
  const master = await usersOf(world.directory('hq-mas'))
  wrong.push(...model.differences(master))
  for (const of of replicas) {
    const replica = await usersOf(world.directory(of))
    for (const [id, name] of master)
      if (replica.get(id) !== name) wrong.push(`${of}: ${id} is ${replica.get(id)}, not ${name}`)
    for (const id of replica.keys()) if (!master.has(id)) wrong.push(`${of}: ${id} is there, and not on the master`)
  }
  for (const place of journalPlaces(domain)) summarize(place)
  const marks = readdirSync(join(domain.folders.state), { recursive: true })
    .map(String)
    .filter((name) => name.startsWith('restore/') && name.endsWith('.mark'))
  if (marks.length > 0) wrong.push(`do-not-start marks are left: ${marks.join(', ')}`)
}
