import type { ArchivePage } from '../../../shared/model/archive-browse.ts'
import { fail } from '../../../shared/model/problem.ts'
import { type ArchiveBrowser, withArchive } from '../archive/browse/open-archive.ts'
import { extractTo } from '../archive/extract/extract.ts'
import { withArchiveOn } from '../archive/remote-source.ts'
import type { Engine } from '../engine.ts'
import { rememberVolumes } from '../restore/remember-volumes.ts'
import { absolutePath } from './absolute-path.ts'
import type { ConsoleHandlers } from './port.ts'
import type { ConsoleStore } from './store.ts'
import type { Tasks } from './tasks.ts'

type ArchiveHandlers = Pick<
  ConsoleHandlers,
  'archive.choose' | 'archive.open' | 'archive.volumes' | 'archive.folder' | 'archive.search' | 'archive.extract'
>

/**
 * The アーカイブ window's questions: each opens the archive for itself, a file or a special file, and reads the few frames that it
 * needs. None of them waits for an operator: a further volume is looked for in `places` alone (by label; `volume-wanted`), and
 * `archive.volumes` is the task that asks for it.
 */
export function archiveHandlers(
  engine: Engine,
  store: ConsoleStore,
  tasks: Tasks,
  places: Map<string, string>,
): ArchiveHandlers {
  const { medium, workerPath } = engine
  const found = rememberVolumes(async ({ path, number, label }) => {
    throw fail('volume-wanted', { path, number, label })
  }, places)
  const look = async <Value>(path: string, use: (archive: ArchiveBrowser) => Promise<Value>) =>
    withArchiveOn(medium, absolutePath(path), { nextVolume: found }, (at) => withArchive(at, use))
  return {
    'archive.choose': async ({ path }) => {
      store.set('archive', absolutePath(path))
      return null
    },
    'archive.open': ({ path }) => look(path, async ({ header }) => ({ path, header })),
    'archive.volumes': async ({ path }) => {
      const subject = absolutePath(path)
      const going = store
        .snapshot()
        .tasks.find((each) => each.kind === 'volumes' && each.subject === subject && each.state === 'running')
      if (going !== undefined) return going.id
      return tasks.begin('volumes', subject, ({ signal, nextVolume }) =>
        withArchiveOn(medium, path, { signal, nextVolume }, (at) =>
          withArchive(at, async () => ({ receipt: { path } })),
        ),
      )
    },
    'archive.folder': ({ path, folder, next, limit }) =>
      look(path, async (archive) => pageOf(await archive.children(folder, { next, limit }))),
    'archive.search': ({ path, text, next, limit }) =>
      look(path, async (archive) => pageOf(await archive.search(text, { next, limit }))),
    'archive.extract': async ({ path, select, to }) => {
      absolutePath(to)
      return tasks.begin('extract', absolutePath(path), async ({ signal, progress, nextVolume }) => {
        const { members, bytes, partRead } = await withArchiveOn(medium, path, { signal, nextVolume }, (archive) =>
          extractTo(to, {
            archive,
            select,
            signal,
            workerPath,
            onProgress: ({ bytesDone, bytesTotal, current }) =>
              progress({
                done: bytesDone,
                total: bytesTotal > 0 ? bytesTotal : null,
                current: current === null ? null : { ja: current, en: current },
              }),
          }),
        )
        const unread = partRead === null ? null : partRead.bytes - partRead.bytesRead
        return { receipt: { path: to, members, bytes, unread } }
      })
    },
  }
}

function pageOf({
  rows,
  next,
}: {
  readonly rows: readonly ArchivePage['rows'][number][]
  readonly next: string | null
}) {
  return { rows: [...rows], next }
}
