import type { ArchivePage } from '../../../shared/model/archive-browse.ts'
import { withArchive } from '../archive/browse/open-archive.ts'
import { extractTo } from '../archive/extract/extract.ts'
import type { Engine } from '../engine.ts'
import type { ConsoleHandlers } from './port.ts'
import type { ConsoleStore } from './store.ts'
import type { Tasks } from './tasks.ts'

type ArchiveHandlers = Pick<
  ConsoleHandlers,
  'archive.choose' | 'archive.open' | 'archive.folder' | 'archive.search' | 'archive.extract'
>

/** The アーカイブ window's questions: each opens the archive for itself and reads the few frames that it needs. */
export function archiveHandlers(engine: Engine, store: ConsoleStore, tasks: Tasks): ArchiveHandlers {
  return {
    'archive.choose': async ({ path }) => {
      store.set('archive', path)
      return null
    },
    'archive.open': ({ path }) => withArchive(path, async ({ header }) => ({ path, header })),
    'archive.folder': ({ path, folder, next, limit }) =>
      withArchive(path, async (archive) => pageOf(await archive.children(folder, { next, limit }))),
    'archive.search': ({ path, text, next, limit }) =>
      withArchive(path, async (archive) => pageOf(await archive.search(text, { next, limit }))),
    'archive.extract': async ({ path, select, to }) =>
      tasks.begin('extract', path, async ({ signal, progress }) => {
        const { members, bytes } = await extractTo(to, {
          archive: path,
          select,
          signal,
          workerPath: engine.workerPath,
          onProgress: ({ bytesDone, bytesTotal, current }) =>
            progress({
              done: bytesDone,
              total: bytesTotal > 0 ? bytesTotal : null,
              current: current === null ? null : { ja: current, en: current },
            }),
        })
        return { receipt: { path: to, members, bytes } }
      }),
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
