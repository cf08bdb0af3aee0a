import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { assertNever } from '../../../../shared/model/assert-never.ts'
import { toProblem } from '../../../../shared/model/problem.ts'
import { readPidFile, serviceFiles } from '../../../formats/pid-file.ts'
import { isSameProcess } from '../../../wire/process-identity.ts'
import { spared, sparedWhereNotSent, strike } from './disaster.ts'
import {
  archivesOf,
  clearAll,
  recover,
  repairAll,
  restore,
  restoreBroken,
  restoreLost,
  restoreOfMaster,
} from './losses.ts'
import type { Answer } from './model.ts'
import { type Disaster, type Host, hosts, type Operation } from './operations.ts'
import { described, killServices, madeArchives, must, revive, Stuck, type World } from './world.ts'

/** Lets one thing happen to the domain and says in a few words what came of it. */
export async function act(world: World, one: Operation): Promise<string> {
  world.tally.count(one.kind)
  switch (one.kind) {
    case 'register':
      return `register ${await registerMany(world, one.clients, one.each)}`
    case 'edit':
      return edit(world, one.pick, one.remove)
    case 'clear': {
      const { code } = await must(world, ['journal', 'clear', '--server', one.host, '--yes'], [0, 2, 10, 11, 64])
      return `clear ${one.host} ${code}`
    }
    case 'backup':
      return backup(world, one.host, one.killAfterMs)
    case 'round':
      return round(world)
    case 'kill':
      return kill(world, one.host, one.service, one.during)
    case 'restore': {
      if (one.host === 'hq-mas') return restore(world, { ...restoreOfMaster(world, one.pick), ...one })
      const [from = ''] = archivesOf(world, one.host, one.pick)
      return restore(world, { ...one, hosts: [one.host], from })
    }
    case 'disaster':
      return suffer(world, one)
    case 'full-disk':
      return world.ownDisk ? fillDisk(world, one.during, one.pick) : 'full disk -'
    case 'reconcile': {
      const { code } = await must(world, ['reconcile', '--server', one.host, '--yes'], [0, 2, 10, 11])
      return `reconcile ${one.host} ${code}`
    }
    default:
      return assertNever(one)
  }
}

async function registerMany(world: World, clients: number, each: number): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const { names } = world.directory('hq-mas')
      let acknowledged = 0
      for (let index = 0; index < each; index += 1) {
        const id = world.model.newId()
        const name = `利用者 ${id}-${client}`
        const answer = await answerOf(names.register({ kind: 'user', id, name }, `client${client}`))
        world.model.told(id, name, answer)
        if (answer.kind === 'acknowledged') acknowledged += 1
      }
      return acknowledged
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function answerOf(work: Promise<{ readonly position: { timeline: string; number: number } }>): Promise<Answer> {
  try {
    const { position } = await work
    return { kind: 'acknowledged', position }
  } catch (error) {
    const { code } = toProblem(error)
    return { kind: ['outcome-unknown', 'address-service-silent', 'internal'].includes(code) ? 'unknown' : 'refused' }
  }
}

async function edit(world: World, chosen: number, remove: boolean): Promise<string> {
  const ids = world.model.certain()
  const id = ids[chosen % Math.max(1, ids.length)]
  if (id === undefined) return 'edit -'
  const name = `改名 ${id}-${chosen}`
  const change = remove
    ? ({ action: 'delete', kind: 'user', id } as const)
    : ({ action: 'change', kind: 'user', id, name } as const)
  const answer = await answerOf(world.directory('hq-mas').names.edit([change], 'editor'))
  world.model.told(id, remove ? null : name, answer)
  return `${change.action} ${answer.kind}`
}

async function backup(world: World, host: Host, killAfterMs: number | null): Promise<string> {
  const path = join(world.domain.folders.backups, `${world.archives.length}-${host}.tar.zst`)
  const words = ['backup', '--server', host, '--to', path, '--wait', '30', '--yes']
  const ended = await world.commands.run(words, killAfterMs)
  if (ended.code === null) {
    world.tally.count('kill of a backup')
    await recover(world, 'rollback')
    return `backup ${host} killed after ${killAfterMs} ms`
  }
  if (ended.code <= 1) world.archives.push({ host, path, holds: world.model.allStanding() })
  else if (![2, 10, 11].includes(ended.code)) throw new Stuck(`backup of ${host} ended with ${described(ended)}`)
  else world.tally.count(`backup refused: ${ended.problem?.code}`)
  return `backup ${host} ${ended.code}`
}

/** Every server at one cut, as a set of its own. */
async function round(world: World): Promise<string> {
  const folder = join(world.domain.folders.backups, `round-${world.rounds.length}`)
  mkdirSync(folder, { recursive: true })
  const ended = await must(world, ['backup', '--all', '--to', `${folder}/`, '--wait', '30', '--yes'], [0, 1, 2, 10, 11])
  const { code, problem } = ended
  if (code === 0 || code === 1) {
    world.rounds.push(folder)
    world.archives.push(...madeArchives(ended, world.model.allStanding()))
  }
  return `round ${code}${problem ? ` ${problem.code}` : ''}`
}

async function kill(world: World, host: Host, service: string, during: boolean): Promise<string> {
  const flood = during ? registerMany(world, 2, 15) : null
  const found = readPidFile(serviceFiles(world.domain, host, service).pid)
  if (found !== null && isSameProcess(found)) process.kill(found.pid, 'SIGKILL')
  await flood
  await revive(world)
  return `kill ${host}/${service}`
}

async function suffer(world: World, planned: Disaster): Promise<string> {
  const likely = spared(world, planned)
  if (likely.aged) {
    await clearAll(world)
    await registerMany(world, 1, 3)
  }
  const one = await sparedWhereNotSent(world, likely)
  const masterHit = one.own !== 'kept' || one.servers !== 'kept' || one.disks.includes('hq-mas')
  const victims = hosts.filter((host) => one.disks.includes(host) || (host === 'hq-mas' && masterHit))
  await killServices(world.config, victims)
  strike(world, one)
  for (const host of one.disks) world.lost.add(host)
  const words = [`own ${one.own}, servers' ${one.servers}, lost [${one.disks.join(',')}]`]
  const toRestore = world.lost.has('hq-mas') || one.remedy === 'restore'
  if (!world.lost.has('hq-mas') && one.pick % 2 === 0) await revive(world)
  if (toRestore) words.push(...(await restoreBroken(world, one.pick)))
  else await revive(world)
  if (one.remedy === 'repair' || world.lost.size > 0) await repairAll(world)
  words.push(...(await restoreLost(world, one.pick)))
  return `disaster (${words.join('; ')})`
}

/**
 * The disk of the whole domain fills up while clients register or an operator works; then there is room again and what had closed
 * itself is started anew.
 */
async function fillDisk(
  world: World,
  during: 'register' | 'clear' | 'backup' | 'restore',
  pick: number,
): Promise<string> {
  const filler = join(dirname(dirname(world.config)), 'filler')
  fill(filler)
  const acknowledged = await registerMany(world, 2, 6)
  let said = ''
  if (during === 'clear') await world.commands.run(['journal', 'clear', '--server', 'hq-mas', '--yes'])
  if (during === 'backup' || during === 'restore') {
    const own = restoreOfMaster(world, pick)
    const words =
      during === 'backup'
        ? ['backup', '--server', 'hq-mas', '--to', `${filler}.tar.zst`, '--yes']
        : ['restore', '--server', own.hosts.join(','), '--from', own.from, '--yes']
    const { code, problem } = await world.commands.run(words)
    said = `, ${during} ${code} ${problem?.code ?? ''}`
    world.tally.count(`${during} on a full disk: ${problem?.code ?? code}`)
  }
  rmSync(filler)
  if (during === 'backup' || during === 'restore') await recover(world, 'rollback')
  await must(world, ['stop', '--server', hosts.join(','), '--service', 'address-service', '--yes'])
  await revive(world)
  return `full disk, ${acknowledged} acknowledged${said}`
}

function fill(file: string): void {
  const full = openSync(file, 'w')
  const block = Buffer.alloc(1 << 20)
  try {
    for (let size = block.length; size > 0; ) {
      try {
        writeSync(full, block, 0, size)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        size = Math.floor(size / 2)
      }
    }
  } finally {
    closeSync(full)
  }
}
