import { type Problem, toProblem } from '../../../../shared/model/problem.ts'
import { backupTargets, type Target } from '../../../formats/targets.ts'
import { measureTargets } from '../../archive/create.ts'
import { type Engine, masterOf, serverOf } from '../../engine.ts'
import { assertNoConsole, unattendedSide } from '../console-side.ts'
import { masterBackupDue } from '../master-due.ts'
import { checkMedium, checkPrivileges } from '../preflight.ts'
import { assertReplicated, lagOfOthers } from '../replication-gate.ts'
import { heldHosts } from './begin-run.ts'
import { type PlannedStep, planStep } from './planned-step.ts'
import type { BackupRequest } from './request.ts'
import { backupRunBook } from './run-books.ts'
import { createWork } from './work.ts'

export type PlannedTarget = Target & { readonly host: string }

/** What would be read of one server, and where it would go. */
export interface PlannedMember {
  readonly host: string
  readonly to: string
  readonly bytes: number
  readonly members: number
}

export interface BackupPlan {
  readonly steps: readonly PlannedStep[]
  /** The servers whose services would be stopped. */
  readonly stopped: readonly string[]
  readonly targets: readonly PlannedTarget[]
  readonly members: readonly PlannedMember[]
  /** Everything that speaks against beginning it now. */
  readonly problems: readonly Problem[]
  /** What it would warn of, as far as that can be known beforehand. */
  readonly warnings: readonly Problem[]
}

/** What a backup would do: its steps, servers, files and bytes, and every result of its pre-flight. Changes nothing. */
export async function planBackup(engine: Engine, request: BackupRequest): Promise<BackupPlan> {
  const problems: Problem[] = []
  const tried = async <Value>(check: () => Value | Promise<Value>): Promise<Value | null> => {
    try {
      return await check()
    } catch (error) {
      problems.push(toProblem(error))
      return null
    }
  }
  const servers = request.hosts.map((host) => serverOf(engine.domain, host))
  for (const server of servers) await tried(() => checkPrivileges(engine, server))
  for (const { host, to } of request.places) {
    await tried(() => checkMedium(engine, serverOf(engine.domain, host), to, request.medium))
  }
  await tried(() => engine.runLock.assertFree(heldHosts(engine, request)))
  await tried(() => assertNoConsole(engine))
  const others = request.hosts.filter((host) => host !== masterOf(engine.domain).host)
  if (others.length > 0) await tried(() => assertReplicated(engine, others, { waitMs: 0 }))
  const warnings = (await tried(() => foreseen(engine, request))) ?? []
  const none = { runId: '', hosts: [], settle: () => undefined, abandon: () => undefined }
  const work = await tried(() => createWork(engine, request, unattendedSide(engine), '', none))
  const book = work && (await tried(() => backupRunBook(work)))
  const targets: PlannedTarget[] = []
  const members: PlannedMember[] = []
  for (const { server, path } of work?.members ?? []) {
    const found = problems.length === 0 ? backupTargets(server) : []
    targets.push(...found.map((target) => ({ ...target, host: server.host })))
    if (found.length === 0) continue
    const paths = found.map((target) => target.path)
    const measured = await measureTargets(paths, { workerPath: engine.workerPath })
    members.push({ host: server.host, to: path ?? '', bytes: measured.bytes, members: measured.members })
  }
  const stopped = book ? (work?.stopped ?? []).map((one) => one.server.host) : []
  const steps = (work && book?.steps.map(({ id }) => planStep(work, id, members))) ?? []
  return { steps, stopped, targets, members, problems, warnings }
}

/** Replication that lags behind the master alone; servers that would be archived beyond what the master's archives hold. */
async function foreseen(engine: Engine, { hosts, places }: BackupRequest): Promise<readonly Problem[]> {
  const master = masterOf(engine.domain).host
  if (hosts.every((host) => host === master)) {
    const lag = await lagOfOthers(engine, { waitMs: 0 })
    return lag === null ? [] : [lag]
  }
  if (hosts.includes(master)) return []
  const status = await engine.names.status().catch(() => null)
  if (status === null) return []
  const { position, ancestry } = status
  return masterBackupDue(
    engine,
    places.map(({ host, to }) => ({ host, path: to, position })),
    { position, ancestry },
  )
}
