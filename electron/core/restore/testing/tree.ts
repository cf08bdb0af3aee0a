import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RestorePlace, RestoreRecord } from '../../../formats/restore-record.ts'
import { planMoves, putAside } from '../staging.ts'
import { workFolderName } from '../swap.ts'

export const runId = '20261122T020014Z-1a2b3c'

/** Every file and folder below a folder with its content, but for what a restore keeps aside. */
export function treeOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'latin1' }) as string[]
  return Object.fromEntries(
    names
      .filter((name) => !name.split('/').includes(workFolderName(runId)))
      .sort()
      .map((name) => {
        const path = Buffer.from(`${folder}/${name}`, 'latin1')
        return [name, lstatSync(path).isDirectory() ? '/' : readFileSync(path, 'utf8')]
      }),
  )
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** A place of each kind with live and staged data below `root`: folder, file, lost folder, mount point, folder with journals. */
export function makeExchange(root: string): RestoreRecord {
  const live = join(root, 'live')
  const place = (path: string, mode: RestorePlace['mode'] = 'rename'): RestorePlace => {
    const work = join(mode === 'content' ? path : dirname(path), workFolderName(runId))
    const name = path.slice(path.lastIndexOf('/') + 1)
    return {
      host: 'hq-mas',
      path,
      mode,
      work,
      staged: join(work, 'staged', name),
      replaced: join(work, 'replaced', name),
    }
  }
  const places = [
    place(join(live, 'nxcdir')),
    place(join(live, 'db', 'master01')),
    place(join(live, 'lost', 'nxudir')),
    place(join(live, 'mounted'), 'content'),
    place(join(live, 'nxsdir')),
  ]
  const [folder, file, lost, mounted, journals] = places as [
    RestorePlace,
    RestorePlace,
    RestorePlace,
    RestorePlace,
    RestorePlace,
  ]
  write(join(folder.path, 'a'), 'new a')
  write(join(folder.path, 'only-now'), 'new')
  write(file.path, 'new database')
  write(join(mounted.path, 'same'), 'new same')
  write(join(mounted.path, 'deep', 'only-now'), 'new')
  write(join(journals.path, 'journal', 'tk-ml1.journal'), 'all records')
  write(join(journals.path, 'other'), 'new other')
  for (const { work, staged, replaced } of places) {
    mkdirSync(dirname(staged), { recursive: true })
    mkdirSync(dirname(replaced), { recursive: true })
    mkdirSync(work, { recursive: true })
  }
  write(join(folder.staged, 'a'), 'old a')
  write(join(folder.staged, 'sub', 'only-then'), 'old')
  write(file.staged, 'old database')
  write(join(lost.staged, 'mail'), 'old mail')
  write(join(mounted.staged, 'same'), 'old same')
  write(join(mounted.staged, 'only-then'), 'old')
  write(join(journals.staged, 'journal', 'tk-ml1.journal'), 'few records')
  write(join(journals.staged, 'journal', 'os-ml1.journal'), 'archived alone')
  write(join(journals.staged, 'other'), 'old other')
  const keep = join(journals.path, 'journal')
  putAside(places, keep, () => false)
  return {
    runId,
    hosts: ['hq-mas'],
    at: '2026-11-22T02:00:14.000Z',
    phase: 'staging',
    places,
    ...planMoves(places, keep),
    archives: [],
  }
}

/** What `makeExchange` leaves live once its swap is made. */
export const exchanged = {
  db: '/',
  'db/master01': 'old database',
  lost: '/',
  'lost/nxudir': '/',
  'lost/nxudir/mail': 'old mail',
  mounted: '/',
  'mounted/only-then': 'old',
  'mounted/same': 'old same',
  nxcdir: '/',
  'nxcdir/a': 'old a',
  'nxcdir/sub': '/',
  'nxcdir/sub/only-then': 'old',
  nxsdir: '/',
  'nxsdir/journal': '/',
  'nxsdir/journal/os-ml1.journal': 'archived alone',
  'nxsdir/journal/tk-ml1.journal': 'all records',
  'nxsdir/other': 'old other',
}
