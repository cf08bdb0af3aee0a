import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogEntry } from '../../../../shared/model/catalog.ts'
import { exitCodes } from '../../../../shared/model/exit-code.ts'
import type { Place } from '../../../../shared/model/position.ts'
import { fail, ProblemError, problem, toProblem } from '../../../../shared/model/problem.ts'
import { makeFolderDurable } from '../../../formats/durable-file.ts'
import { discardSegment, masterJournal, serverJournal, summarize } from '../../../formats/journal-folder.ts'
import { readAreas } from '../../../formats/parameter-file.ts'
import { extractFiles } from '../../archive/extract/extract.ts'
import { withArchiveOn } from '../../archive/remote-source.ts'
import { countingArchives, discardable } from '../../journals/discard-rule.ts'
import { presentArchives } from '../../journals/present-archives.ts'
import type { Step, StepContext } from '../../procedure/step.ts'
import { masterBackupDue } from '../master-due.ts'
import type { BackupWork, Member } from './work.ts'

/**
 * After the services are up: opens the databases that the new archives hold, closes the set in the catalog, and discards the
 * sealed segments that design §6 allows. A set that is not complete, or lacks a second copy that was tried, discards nothing. An archive whose database is bad is
 * taken off its name (13); a database that could not be looked at is a warning, and that archive does not count. A server archived
 * beyond what the master's archives hold is a warning, too.
 */
export function discardStep(work: BackupWork): Step {
  const { engine, members, warnings } = work
  return {
    id: 'discard',
    cancellable: true,
    afterwards: true,
    async run(context) {
      for (const member of members) if (member.verified) await checkDatabase(work, member, context)
      try {
        const line = await lineOf(work)
        const segments = await closeSet(line, context)
        const archives = members.flatMap(({ verified, archive, server: { host } }) =>
          verified && archive ? [{ host, path: archive.path, position: archive.position }] : [],
        )
        if (line !== null) warnings.push(...masterBackupDue(engine, archives, line))
        return { segments }
      } catch (error) {
        // The backup is good all the same; what was not discarded now will be by the next one.
        warnings.push(toProblem(error))
        return { segments: 0 }
      }
    },
  }

  /** Gives how many segments were discarded. */
  async function closeSet(line: Place | null, context: StepContext): Promise<number> {
    const complete = members.every(({ verified }) => verified)
    const hosts = members.map(({ server }) => server.host)
    const at = engine.clock.now().toISOString()
    const ancestry = [...(line?.ancestry ?? [])]
    engine.catalog.append({ kind: 'set-closed', setId: work.runId, at, complete, hosts, ancestry })
    // Design §7: a failed copy discards nothing.
    if (!complete || line === null || members.some(({ uncopied }) => uncopied)) return 0
    let segments = 0
    for (const member of members) segments += await discardOf(work, member, line, context)
    return segments
  }

  /** Where the domain is now; without it no archive can be told to belong to its history. */
  async function lineOf({ engine: { names } }: BackupWork): Promise<Place | null> {
    try {
      const { position, ancestry } = await names.status()
      return { position, ancestry }
    } catch (error) {
      const found = toProblem(error)
      if (found.code !== 'address-service-down' && found.code !== 'address-service-silent') throw error
      warnings.push(problem('discard-unknown-line'))
      return null
    }
  }
}

async function checkDatabase(work: BackupWork, member: Member, { signal }: StepContext): Promise<void> {
  const { engine, runId } = work
  const { archive, server, sequence } = member
  if (!archive || sequence === null) return
  const scratch = join(engine.domain.folders.state, 'scratch', `${runId}-${server.host}`)
  const files = readAreas(server).flatMap((area) => area.files.map(({ path }) => path))
  try {
    makeFolderDurable(scratch)
    const nextVolume = work.request.medium?.nextVolume
    await withArchiveOn(engine.medium, archive.path, { signal, nextVolume }, (at) =>
      extractFiles(at, files, join(scratch, 'files'), { workerPath: engine.workerPath, signal }),
    )
    const position = engine.databaseFile.checkExtracted(server, join(scratch, 'files'))
    const same = position?.number === archive.position?.number && position?.timeline === archive.position?.timeline
    if (!same) {
      const number = position?.number ?? '-'
      throw fail('archive-database-bad', { path: archive.path, text: `change ${number}`, textJa: `変更番号 ${number}` })
    }
    engine.catalog.append({ kind: 'database-checked', sequence, at: engine.clock.now().toISOString(), position })
  } catch (error) {
    const found = toProblem(error)
    const texts = { text: found.message.en, textJa: found.message.ja }
    if (found.exitCode !== exitCodes.badArchive) {
      if (signal.aborted) throw error
      work.warnings.push(problem('database-unchecked', { path: archive.path, ...texts }))
      return
    }
    member.verified = false
    member.archive = null
    const name = await engine.medium.reject(archive.path)
    throw new ProblemError(problem('archive-database-bad', { path: name, ...texts }))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function discardOf(
  { engine, master, warnings }: BackupWork,
  { server }: Member,
  line: Place,
  { note }: StepContext,
): Promise<number> {
  const place = server === master ? masterJournal(master) : serverJournal(master, server.host)
  if (!place) return 0
  const archives = engine.catalog.entries().filter(({ host }) => host === server.host)
  const required = engine.domain.media.secondCopy?.required === true
  const present = await presentArchives(engine.medium, archives)
  const counts = (entry: CatalogEntry) => present.has(entry.sequence) && (!required || isCopiedElsewhere(entry))
  const counting = countingArchives(archives, line, counts)
  const found = discardable(summarize(place).segments, counting, line, engine.domain.policies.discardCover)
  let discarded = 0
  for (const { segment, coveredBy } of found) {
    const paths = coveredBy.map(({ path }) => path)
    try {
      discardSegment(place, segment.id, { by: engine.owner, now: engine.clock.now(), coveredBy: paths })
    } catch (error) {
      const doubt = toProblem(error)
      if (doubt.code !== 'journal-doubtful' && doubt.code !== 'segment-damaged') throw error
      warnings.push(doubt)
      continue
    }
    discarded += 1
    note({
      ja: `${server.host} の退避ジャーナル ${segment.id} を破棄しました`,
      en: `segment ${segment.id} of ${server.host}'s journal was discarded`,
    })
  }
  return discarded
}

/** Design §6: a copy was read back on another filesystem. */
function isCopiedElsewhere({ copies }: CatalogEntry): boolean {
  return copies.some(({ sameFilesystem }) => !sameFilesystem)
}
