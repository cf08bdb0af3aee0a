import { dirname } from 'node:path'
import { parseRanges } from '../../change-ranges.ts'
import type { Ended } from './commands.ts'
import { isLost } from './disaster.ts'
import { type Host, hosts, replicas } from './operations.ts'
import { atServer, inJournals } from './survivors.ts'
import { described, type Listed, must, revive, Stuck, serverOf, type World } from './world.ts'

/** Refusals that an archive earns by its own history; the operator then takes another one, or leaves all as it is. */
const offTheLine = ['restore-newer-than-master', 'repair-diverged', 'replica-newer']

/** Holds a list of lost changes against everything that survives: what anyone still has on record must not stand there. */
async function judge(world: World, text: string): Promise<Listed> {
  const ranges = parseRanges('restore', '--accept-loss', text)
  const changes = world.model.standing(ranges)
  const held = new Map([['a journal', inJournals(serverOf(world.domain, 'hq-mas'))]])
  for (const host of replicas) {
    const found = world.lost.has(host) ? null : await atServer(world.client(host))
    if (found !== null) held.set(host, found.changes)
  }
  for (const change of changes) {
    for (const [holder, known] of held)
      if (known.has(change)) world.wrong.push(`${change} was listed as lost (${text}), and ${holder} holds it`)
  }
  world.tally.count(
    'losses listed',
    ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0),
  )
  return { text, ranges, changes }
}

function accepted(world: World, listed: Listed): void {
  const { changes, ranges } = listed
  world.givenUp.push(listed)
  world.model.giveUp(changes)
  world.tally.count('lists of losses accepted')
  world.tally.count(
    'losses accepted',
    ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0),
  )
  world.tally.count('acknowledged changes among them', changes.length)
}

/** Whether a timeline was begun that gave exactly these up: what tells of a killed command how far it had come. */
async function wasGivenUp({ client }: World, { text }: Listed): Promise<boolean> {
  const { ancestry } = await client('hq-mas').call('status', {})
  return ancestry.some(
    ({ lost }) => lost.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(',') === text,
  )
}

/**
 * An archive that holds what was given up is refused as long as anything knows of the giving up: the master after its restore, in
 * particular. Where that knowledge went with the disks the archive's changes stand again, and no others.
 */
async function standAgain(world: World, from: string): Promise<void> {
  const archive = world.archives.find(
    ({ host, path }) => host === 'hq-mas' && (path === from || dirname(path) === from),
  )
  const holds = new Set(archive?.holds)
  for (const listed of world.givenUp) {
    if (await wasGivenUp(world, listed)) continue
    const again = listed.changes.filter((change) => holds.has(change))
    world.model.standAgain(again)
    world.tally.count('acknowledged changes that stand again', again.length)
  }
}

/** データ修復 of whatever waits for it, the master first. */
export async function repairAll(world: World): Promise<void> {
  for (const host of hosts) {
    if (world.lost.has(host)) continue
    const words = ['repair', '--server', host, '--yes']
    let ended = await world.commands.run(words)
    if (ended.problem?.code === 'repair-gap') {
      const listed = await judge(world, String(ended.problem.params.missing))
      ended = await world.commands.run([...words, '--accept-loss', listed.text])
      if (ended.code === 0 || ended.code === 1) accepted(world, listed)
    }
    if (ended.problem?.code === 'repair-not-pending') continue
    if (ended.code !== 0 && ended.code !== 1) throw new Stuck(`repair of ${host} ended with ${described(ended)}`)
    world.tally.count(`repair ${host === 'hq-mas' ? 'master' : 'server'}`)
  }
}

/** What a killed or failed command left is taken back or gone on with, and everything serves again. */
export async function recover(world: World, recovery: 'rollback' | 'resume'): Promise<void> {
  const ended = await world.commands.run(['runs', recovery, '--yes'])
  if (![0, 1, 2].includes(ended.code ?? -1) && ended.problem?.code !== 'repair-gap')
    throw new Stuck(`runs ${recovery} ended with ${described(ended)}`)
  for (const host of world.lost) if (!isLost(world, host)) world.lost.delete(host)
  await revive(world)
  await repairAll(world)
}

export type Restore = {
  readonly hosts: readonly Host[]
  /** An archive, or the folder of a round. */
  readonly from: string
  readonly killAfterMs: number | null
  readonly recovery: 'rollback' | 'resume'
}

/**
 * Restores as an operator does: what the product lists as lost is accepted by number, once every server that can still be started
 * was. Gives what came of it; every server that is not lost serves again.
 */
export async function restore(world: World, { hosts: asked, from, killAfterMs, recovery }: Restore): Promise<string> {
  const words = ['restore', '--server', asked.join(','), '--from', from, '--yes']
  let listed: Listed | null = null
  let ended = await world.commands.run(words, killAfterMs)
  if (ended.problem?.code === 'restore-loss' && ended.problem.params.unasked !== '-') {
    await revive(world)
    ended = await world.commands.run(words)
  }
  if (ended.problem?.code === 'restore-loss') {
    listed = await judge(world, String(ended.problem.params.missing))
    ended = await world.commands.run([...words, '--accept-loss', listed.text], killAfterMs)
  }
  const said = await settled(world, ended, { hosts: asked, from, killAfterMs, recovery }, listed)
  return listed === null ? said : `${said}, ${listed.text} given up`
}

async function settled(world: World, ended: Ended, asked: Restore, listed: Listed | null): Promise<string> {
  if (ended.code === null) {
    world.tally.count('kill of a restore')
    await recover(world, asked.recovery)
    if (listed !== null && (await wasGivenUp(world, listed))) accepted(world, listed)
    return `restore ${asked.hosts.join(',')} killed after ${asked.killAfterMs} ms, ${asked.recovery}`
  }
  const code = ended.problem?.code ?? ''
  if (ended.code > 1 && !offTheLine.includes(code)) {
    throw new Stuck(`restore of ${asked.hosts.join(',')} from ${asked.from} ended with ${described(ended)}`)
  }
  if (ended.code > 1) world.tally.count(`restore refused: ${code}`)
  else {
    for (const host of asked.hosts) world.lost.delete(host)
    countRestore(world, asked)
    if (listed !== null) accepted(world, listed)
  }
  if (!world.lost.has('hq-mas')) {
    await revive(world)
    await repairAll(world)
  }
  if (ended.code <= 1 && asked.hosts.includes('hq-mas')) await standAgain(world, asked.from)
  return `restore ${asked.hosts.join(',')} ${ended.code}${code && ` ${code}`}`
}

function countRestore({ tally, archives, rounds }: World, { hosts: asked, from }: Restore): void {
  if (asked.length > 1) {
    tally.count(`restore all, ${from === rounds.at(-1) ? 'newest' : 'older'} set`)
    return
  }
  const newest = archives.filter(({ host }) => host === asked[0]).at(-1)?.path
  const whose = asked[0] === 'hq-mas' ? 'master' : 'server'
  tally.count(`restore ${whose}, ${from === newest ? 'newest' : 'older'} archive`)
}

/** The archives of a server, the one that `pick` chooses first, then the others, the newest first. */
export function archivesOf({ archives }: World, host: Host, pick: number): readonly string[] {
  return chosenFirst(
    archives.filter((one) => one.host === host).map(({ path }) => path),
    pick,
  )
}

function chosenFirst(all: readonly string[], pick: number): readonly string[] {
  const chosen = all[pick % Math.max(1, all.length)]
  return [...(chosen === undefined ? [] : [chosen]), ...all.filter((path) => path !== chosen).reverse()]
}

type Choice = Omit<Restore, 'killAfterMs' | 'recovery'>

/** What a restore of the master may take: an archive of its own, or, where it keeps no journal, everything from one round. */
function choicesForMaster(world: World, pick: number): readonly Choice[] {
  if (world.journal) return archivesOf(world, 'hq-mas', pick).map((from) => ({ hosts: ['hq-mas'], from }))
  return chosenFirst(world.rounds, pick).map((from) => ({ hosts, from }))
}

/** The one that `pick` chooses. */
export function restoreOfMaster(world: World, pick: number): Choice {
  const [chosen] = choicesForMaster(world, pick)
  if (chosen === undefined) throw new Stuck('there is no archive of the master')
  return chosen
}

/** A broken master is restored; where its disk is lost, from whichever archive is taken. */
export async function restoreBroken(world: World, pick: number): Promise<readonly string[]> {
  const said: string[] = []
  for (const choice of choicesForMaster(world, pick)) {
    said.push(await restore(world, { ...choice, killAfterMs: null, recovery: 'rollback' }))
    if (!world.lost.has('hq-mas')) return said
  }
  throw new Stuck(`no archive of the master is taken any more: ${said.join('; ')}`)
}

/** Servers whose disk is lost are restored, from whichever of their archives is taken. */
export async function restoreLost(world: World, pick: number): Promise<readonly string[]> {
  const said: string[] = []
  for (const host of replicas) {
    for (const from of archivesOf(world, host, pick)) {
      if (!world.lost.has(host)) break
      said.push(await restore(world, { hosts: [host], from, killAfterMs: null, recovery: 'rollback' }))
    }
    if (world.lost.has(host)) throw new Stuck(`no archive of ${host} is taken any more: ${said.join('; ')}`)
  }
  return said
}

export async function clearAll(world: World): Promise<void> {
  for (const host of hosts) await must(world, ['journal', 'clear', '--server', host, '--yes'], [0, 2, 10, 11, 64])
}
