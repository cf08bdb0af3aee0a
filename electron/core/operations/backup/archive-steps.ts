import type { CatalogEvent, VolumesMark } from '../../../../shared/model/catalog.ts'
import type { ServerConfig } from '../../../../shared/model/domain.ts'
import type { Segment } from '../../../../shared/model/journal.ts'
import { because, fail, type Problem, problem, toProblem } from '../../../../shared/model/problem.ts'
import { masterJournal, sealJournal, serverJournal } from '../../../formats/journal-folder.ts'
import { withArchiveOn } from '../../archive/remote-source.ts'
import { verifyArchive } from '../../archive/verify.ts'
import { type Engine, masterOf } from '../../engine.ts'
import type { Step, StepContext } from '../../procedure/step.ts'
import { copyServer } from '../copy-server.ts'
import { checkMedium } from '../preflight.ts'
import { sealReceipt } from './lock-steps.ts'
import type { BackupWork, Member } from './work.ts'

/** What a step of a round adds: it is left out for a server that failed before, and its failure leaves the others alone. */
export function inRound(work: BackupWork, member: Member): Pick<Step, 'needless' | 'spare'> {
  if (work.members.length === 1) return {}
  return {
    needless: () => member.failure !== null,
    spare(found: Problem) {
      member.failure = found
    },
  }
}

/** バックアップを取得します. */
export function nxbackupStep(work: BackupWork, member: Member): Step {
  const { engine, runId } = work
  const { server } = member
  return {
    id: work.nameOf('nxbackup', member),
    cancellable: true,
    ...inRound(work, member),
    check: () => checkMedium(engine, server, member.path, work.request.medium),
    async run({ signal, progress, note }) {
      const to = requirePath(member)
      const archive = await copyServer(engine, server, {
        to,
        runId,
        setId: runId,
        signal,
        onProgress: progress,
        medium: work.request.medium,
      })
      member.archive = archive
      const { bytes, sha256, members, position, ancestry, skipped, attributesKept } = archive
      const at = engine.clock.now().toISOString()
      const facts = {
        at,
        path: to,
        host: server.host,
        runId,
        setId: runId,
        bytes,
        sha256,
        position,
        ancestry: [...ancestry],
      }
      member.sequence = engine.catalog.archived(facts)
      for (const socket of skipped) {
        note({ ja: `ソケット ${socket} は保存しません`, en: `the socket ${socket} is not kept` })
      }
      if (!attributesKept) work.warnings.push(problem('attributes-not-kept', { path: to }))
      if (skipped.length > 0) work.warnings.push(problem('sockets-skipped', { count: skipped.length }))
      return { path: to, bytes, sha256, members, changeNumber: position?.number ?? null }
    },
    undoable: () => !member.kept,
    async undo() {
      if (member.archive) await engine.medium.remove(member.archive.path)
      member.archive = null
    },
  }
}

/**
 * Clears the journal of a server that was archived, by the runner itself (manual 15.2.3 (2) step 4, (4) step 5: there the files
 * are deleted, here they are sealed, design §6). The master's address service is down and the run lock held, so nobody appends.
 */
export function sealStep(work: BackupWork, member: Member): Step {
  return {
    id: work.nameOf('seal', member),
    cancellable: false,
    ...inRound(work, member),
    run: async () => sealReceipt(await sealWhileDown(work.engine, member.server)),
  }
}

/** Null: there was no record, or the master keeps no journal. Throws `service-running` where the service that appends to it is up. */
export async function sealWhileDown(engine: Engine, server: ServerConfig): Promise<Segment | null> {
  const master = masterOf(engine.domain)
  const service = master.services.find(({ kind }) => kind === 'address-service')
  const status = service && (await engine.driver(master.host, service.id).status())
  if (status && status.state !== 'stopped') {
    throw fail('service-running', { host: master.host, services: status.name })
  }
  const place = server === master ? masterJournal(master) : serverJournal(master, server.host)
  return place && sealJournal(place, engine.owner, engine.clock.now())
}

/** Reads the whole archive again; one that is not good is taken off its name. */
export function verifyStep(work: BackupWork, member: Member): Step {
  const { engine } = work
  return {
    id: work.nameOf('verify', member),
    cancellable: true,
    ...inRound(work, member),
    async run({ signal, progress, note }) {
      const to = requirePath(member)
      try {
        const { workerPath, medium } = engine
        const nextVolume = work.request.medium?.nextVolume
        const options = { signal, onProgress: progress, workerPath }
        const { summary, volumes } = await withArchiveOn(medium, to, { signal, nextVolume }, async (at, _, mark) => ({
          summary: (await verifyArchive(at, options)).summary,
          volumes: await mark(),
        }))
        if (summary.sha256 !== member.archive?.sha256) throw fail('archive-changed', { path: to })
        if (member.sequence !== null) engine.catalog.append(verifiedEvent(engine, member.sequence, volumes))
        member.verified = true
        return { members: summary.members, sha256: summary.sha256 }
      } catch (error) {
        if (!signal.aborted) await rejectArchive(to, note).catch(because(error))
        throw error
      }
    },
  }

  /** An archive that cannot be taken off its name is left to the undoing of nxbackup, which removes it. */
  async function rejectArchive(to: string, note: StepContext['note']): Promise<void> {
    try {
      const name = await engine.medium.reject(to)
      member.archive = null
      note({ ja: `不正なアーカイブを ${name} に改名しました`, en: `the bad archive is now named ${name}` })
    } catch (error) {
      const { ja, en } = toProblem(error).message
      note({ ja: `不正なアーカイブを改名できません: ${ja}`, en: `the bad archive could not be renamed: ${en}` })
    }
  }
}

/** What the catalog is told of an archive that was read to its end just now. */
export function verifiedEvent(
  { clock }: Pick<Engine, 'clock'>,
  sequence: number,
  volumes: VolumesMark | null,
): Extract<CatalogEvent, { readonly kind: 'verified' }> {
  const event = { kind: 'verified', sequence, at: clock.now().toISOString() } as const
  return volumes === null ? event : { ...event, volumes }
}

function requirePath({ path }: Member): string {
  if (path === null) throw fail('medium-path-missing')
  return path
}
