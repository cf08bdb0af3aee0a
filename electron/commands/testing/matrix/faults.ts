import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { assertNever } from '../../../../shared/model/assert-never.ts'
import type { Owner } from '../../../../shared/model/owner.ts'
import type { ScriptFault } from '../../../adapters/services/testing/scripted-service.ts'
import { until } from '../../../embedded/testing/sample.ts'
import { serviceSocket } from '../../../formats/layout.ts'
import { readAreas } from '../../../formats/parameter-file.ts'
import type { Running } from '../shell.ts'
import type { Proving } from './proving.ts'
import { type BookName, bookNames, runBooks } from './run-books.ts'

/** What can happen to a step. Those of `limits` need the domain file's limits to be short. */
export const faults = [
  'stop hangs',
  'stop hangs, kill allowed',
  'start fails: port taken',
  'start fails: socket taken',
  'start fails: data missing',
  'medium full',
  'medium gone',
  'disk full',
  'lock broken',
  'replica dies',
  'killed, rolled back',
  'killed, resumed',
  'cancelled',
  // Of programs that drive a service (driver `command`): they hang, fail, lie, print rubbish; the service does not hear SIGTERM.
  'program: stop hangs',
  'program: stop hangs, kill allowed',
  'program: stop fails',
  'program: stop lies',
  'program: deaf service, kill allowed',
  'program: start hangs',
  'program: start fails',
  'program: start lies',
  'program: status hangs',
  'program: status prints rubbish',
  'program: status lies',
] as const
export type Fault = (typeof faults)[number]

export type FaultCase = readonly [book: BookName, step: string, fault: Fault]

/** What the programs are told to do wrong. */
const programFaults: Readonly<Partial<Record<Fault, ScriptFault>>> = {
  'program: stop hangs': 'stop hangs',
  'program: stop hangs, kill allowed': 'stop hangs',
  'program: stop fails': 'stop fails',
  'program: stop lies': 'stop lies',
  'program: deaf service, kill allowed': 'deaf',
  'program: start hangs': 'start hangs',
  'program: start fails': 'start fails',
  'program: start lies': 'start lies',
  'program: status hangs': 'status hangs',
  'program: status prints rubbish': 'status prints rubbish',
  'program: status lies': 'status lies',
}

const stops: readonly string[] = ['stop-server', 'stop-directory', 'stop-address-service', 'stop-object-server']
const usingMedium: readonly string[] = [
  ...['nxbackup', 'start', 'verify', 'second-copy', 'discard'],
  ...['check-archive', 'collect', 'stage'],
]
const underLock: Readonly<Record<BookName, readonly string[]>> = {
  '(1)': ['take-lock', 'clear-journal', 'release-lock'],
  '(2)': ['check-console', 'check-replication', 'stop-server', 'stop-address-service'],
  '(3)': ['take-lock', 'clear-journal', 'release-lock'],
  '(4)': ['check-console', 'check-replication', 'stop-server', 'stop-address-service'],
  round: ['check-console', 'check-replication', 'stop-server', 'stop-address-service'],
  restore: [],
  repair: [],
}

/** Every run-book, step and fault that can come together. */
export const faultCases: readonly FaultCase[] = bookNames.flatMap((book) =>
  runBooks[book].flatMap((step) =>
    faults.filter((fault) => canHappen(book, step, fault)).map((fault): FaultCase => [book, step, fault]),
  ),
)

function canHappen(book: BookName, step: string, fault: Fault): boolean {
  const steps: readonly string[] = runBooks[book]
  const at = steps.indexOf(step)
  const start = steps.indexOf('start')
  switch (fault) {
    case 'stop hangs':
    case 'stop hangs, kill allowed':
      return stops.includes(step)
    case 'start fails: port taken':
      return start >= 0 && at > steps.indexOf('stop-server') && at <= start
    case 'start fails: socket taken':
    case 'start fails: data missing':
      return step === 'start'
    case 'medium full':
      return book !== 'restore' && ['nxbackup', 'verify', 'discard'].includes(step)
    case 'medium gone':
      return usingMedium.includes(step) && (book !== 'restore' || at <= steps.indexOf('stage'))
    case 'lock broken':
      return underLock[book].includes(step)
    case 'disk full':
    case 'replica dies':
    case 'killed, rolled back':
    case 'killed, resumed':
    case 'cancelled':
      return true
    case 'program: stop hangs':
    case 'program: stop hangs, kill allowed':
    case 'program: stop fails':
    case 'program: stop lies':
    case 'program: deaf service, kill allowed':
      return step === 'stop-server'
    case 'program: start hangs':
    case 'program: start fails':
    case 'program: start lies':
      return step === 'start'
    case 'program: status hangs':
    case 'program: status prints rubbish':
    case 'program: status lies':
      return step === 'stop-server' || step === 'start'
    default:
      return assertNever(fault)
  }
}

/** The server that the run-book is about; of a round one that is not the master, so that the others have to go on. */
function targetOf(book: BookName): string {
  if (book === '(3)' || book === '(4)') return 'tk-ml1'
  return book === 'round' ? 'os-ml1' : 'hq-mas'
}

/** What a fault leaves until it is mended. */
export interface Planted {
  /** Services that the fault itself took away: `host/service`. */
  readonly took: readonly string[]
  mend(): Promise<void>
}

const intruder: Owner = { operator: 'tanaka', host: 'console7', pid: 4711, kind: 'console' }
const nothing: Planted = { took: [], mend: async () => undefined }

/** Makes the limits of the domain file as short as a fault needs that is only told by a time that ran out; gives what undoes it. */
export function shortenLimits({ shell }: Proving, fault: Fault): () => void {
  const byTime = fault.startsWith('stop hangs') || fault.startsWith('program: ')
  if (!byTime && fault !== 'start fails: socket taken') return () => undefined
  const written = readFileSync(shell.config, 'utf8')
  const killing = fault.endsWith('kill allowed')
  const text = written
    .replace(/stopTimeoutMs: \d+/, 'stopTimeoutMs: 5000')
    // Where the start is to succeed it has all its time.
    .replace(/startTimeoutMs: \d+/, (limit) => (killing ? limit : 'startTimeoutMs: 12000'))
    .replace(/stopEscalation: \w+/, `stopEscalation: ${killing ? 'kill' : 'none'}`)
  writeFileSync(shell.config, text)
  return () => writeFileSync(shell.config, written)
}

/** A foreign program at a service's port. It hangs up, so that nobody waits for its greeting. */
const hangingUp = () => createServer((socket) => void socket.destroy())

/** Plants the fault while the run stands still; null where it came too late to be one. */
export async function plant(
  proving: Proving,
  fault: Fault,
  book: BookName,
  step: string,
  begun: Running,
): Promise<Planted | null> {
  const { shell, disk, mediumDisk, master } = proving
  const target = targetOf(book)
  const server = shell.domain().servers.find(({ host }) => host === target)
  if (!server) throw new Error(`no server ${target}`)
  switch (fault) {
    case 'stop hangs':
    case 'stop hangs, kill allowed': {
      const service = { 'stop-server': 'server', 'stop-object-server': 'object-server' }[step] ?? 'address-service'
      const pid = shell.pid(target, service)
      if (pid === null) return null
      process.kill(pid, 'SIGSTOP')
      return {
        took: [],
        async mend() {
          if (shell.pid(target, service) !== pid) return
          process.kill(pid, 'SIGCONT')
          // It was asked to end and does so now.
          await until(() => shell.pid(target, service) !== pid, 10_000).catch(() => undefined)
        },
      }
    }
    case 'start fails: port taken': {
      const port = server.services.find(({ id }) => id === 'server')?.port ?? 0
      const taken = hangingUp().listen(port, '127.0.0.1')
      const held = await Promise.race([
        once(taken, 'listening').then(() => true),
        once(taken, 'error').then(() => false),
      ])
      if (!held) return null
      return {
        took: [],
        async mend() {
          taken.close()
          await once(taken, 'close')
        },
      }
    }
    case 'start fails: socket taken': {
      const socket = serviceSocket(shell.domain(), target, 'address-service')
      if (existsSync(socket)) return null
      mkdirSync(join(socket, 'someone'), { recursive: true })
      return { took: [], mend: async () => rmSync(socket, { recursive: true }) }
    }
    case 'start fails: data missing': {
      const area = readAreas(server).find(({ name }) => name === 'GMA_USERCONFIG_Type')
      const file = area?.files[0]?.path ?? ''
      if (shell.pid(target, 'object-server') !== null) return null
      renameSync(file, `${file}.away`)
      return {
        took: [],
        async mend() {
          if (!existsSync(file)) renameSync(`${file}.away`, file)
          else if (book === 'restore') rmSync(`${file}.away`, { force: true })
          else throw new Error(`${file} was made anew`)
        },
      }
    }
    case 'medium full':
      mediumDisk?.fill()
      return { took: [], mend: async () => mediumDisk?.empty() }
    case 'disk full':
      disk?.fill()
      return { took: [], mend: async () => disk?.empty() }
    case 'medium gone': {
      const { medium: first, copies } = proving.places()
      const medium = step === 'second-copy' ? copies : first
      renameSync(medium, `${medium}.gone`)
      return {
        took: [],
        async mend() {
          // Whoever wrote there meanwhile wrote to another disk.
          if (existsSync(medium)) throw new Error(`${medium} was made anew`)
          renameSync(`${medium}.gone`, medium)
        },
      }
    }
    case 'lock broken': {
      const lock = await master.lock.status()
      if (!lock.held || !(await master.lock.breakOff(lock.token, intruder))) return null
      return nothing
    }
    case 'replica dies': {
      const service = ['address-service', 'object-server', 'server'].find((id) => shell.pid('os-ml1', id) !== null)
      if (service === undefined) return null
      process.kill(shell.pid('os-ml1', service) ?? 0, 'SIGKILL')
      return { took: [`os-ml1/${service}`], mend: async () => undefined }
    }
    case 'killed, rolled back':
    case 'killed, resumed':
      begun.child.kill('SIGKILL')
      return nothing
    case 'cancelled':
      begun.child.kill('SIGTERM')
      return nothing
    case 'program: stop hangs':
    case 'program: stop hangs, kill allowed':
    case 'program: stop fails':
    case 'program: stop lies':
    case 'program: deaf service, kill allowed':
    case 'program: start hangs':
    case 'program: start fails':
    case 'program: start lies':
    case 'program: status hangs':
    case 'program: status prints rubbish':
    case 'program: status lies': {
      // Of a round the server that the fault is about has a service of ours.
      const site = proving.site(book === 'round' ? 'tk-ml1' : target)
      const wanted = programFaults[fault]
      site.fault(...(wanted ? [wanted] : []))
      return { took: [], mend: async () => site.fault() }
    }
    default:
      return assertNever(fault)
  }
}
