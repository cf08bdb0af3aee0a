import { useCallback, useRef, useState } from 'react'
import type { ArchiveEntry, ArchiveFacts, ArchivePage } from '../../../shared/model/archive-browse.ts'
import { useActions } from '../../store/use-app.ts'

/** A folder, or the way to a target, which the archive does not hold itself. */
export function isFolder({ entry }: ArchiveEntry): boolean {
  return entry === null || entry.type === 'directory'
}

/** Folders that were looked into, by path: their own folders, and whether the tree shows them. */
export type FolderTree = ReadonlyMap<string, { readonly folders: readonly string[]; readonly open: boolean }>

export interface OpenedArchive {
  readonly opened: ArchiveFacts | null
  /** The folder whose entries are shown; `/` at the top. */
  readonly folder: string
  /** The text that was searched for, or null where a folder is shown. */
  readonly search: string | null
  readonly page: ArchivePage
  readonly tree: FolderTree
  readonly busy: boolean
  /** The task that asks for the volumes of what is to be opened; it opens once that is done. */
  readonly awaited: string | null
  /** `asks`: for volumes of it that nobody has named yet; else they are a failure. */
  open(path: string, asks: boolean): Promise<void>
  show(folder: string): void
  find(text: string): void
  expand(folder: string, open: boolean): void
  /** The next entries of what is shown. */
  more(): void
  /** Reads what is shown to its end and gives all of it; null when that is more than `most`, or something else is shown now. */
  all(most: number): Promise<ArchivePage['rows'] | null>
}

const pageRows = 200
/** Of one answer where all are wanted. */
const allRows = 1000
/** So many entries of a folder are looked through for folders; those behind them are reached through the list. */
const treeRows = 1000
const nothing: ArchivePage = { rows: [], next: null }

/** One archive that is looked into: read a page at a time, never whole. */
export function useArchive(): OpenedArchive {
  const actions = useActions()
  const [opened, setOpened] = useState<ArchiveFacts | null>(null)
  const [folder, setFolder] = useState('/')
  const [search, setSearch] = useState<string | null>(null)
  const [page, setPage] = useState(nothing)
  const [tree, setTree] = useState<FolderTree>(new Map())
  const [busy, setBusy] = useState(false)
  const [awaited, setAwaited] = useState<string | null>(null)
  /** Grows with every choice, so that the answer to an older one is dropped. */
  const turn = useRef(0)
  /** The archive whose tree is shown: folders of another one do not get into it. */
  const shown = useRef<ArchiveFacts | null>(null)

  const ask = useCallback(
    (archive: string, at: string, text: string | null, next: string | null, rows = pageRows) =>
      text === null ? actions.archiveFolder(archive, at, next, rows) : actions.archiveSearch(archive, text, next, rows),
    [actions],
  )

  const load = useCallback(
    async (archive: string, at: string, text: string | null) => {
      const mine = ++turn.current
      setFolder(at)
      setSearch(text)
      setPage(nothing)
      setBusy(true)
      const found = await ask(archive, at, text, null)
      if (mine !== turn.current) return
      setPage(found ?? nothing)
      setBusy(false)
    },
    [ask],
  )

  const expand = useCallback(
    async (archive: ArchiveFacts, at: string, open: boolean) => {
      const found = open ? await actions.archiveFolder(archive.path, at, null, treeRows) : undefined
      // A folder that could not be read stays as it was, to be tried again.
      if (shown.current !== archive || (open && found === undefined)) return
      setTree((before) => {
        const known = before.get(at)?.folders ?? []
        const folders = found?.rows.filter(isFolder).map(({ path }) => path) ?? known
        return new Map(before).set(at, { folders, open })
      })
    },
    [actions],
  )

  return {
    opened,
    folder,
    search,
    page,
    tree,
    busy,
    awaited,
    async open(path, asks) {
      const mine = ++turn.current
      // Nobody wants the volumes of another one any more.
      if (awaited !== null) void actions.cancelTask(awaited)
      setAwaited(null)
      setBusy(true)
      const facts = await actions.archiveOpen(path, asks)
      if (mine !== turn.current) return
      setBusy(false)
      if (facts === null) {
        const id = await actions.archiveVolumes(path)
        if (id === undefined) return
        if (mine === turn.current) setAwaited(id)
        else void actions.cancelTask(id)
        return
      }
      if (facts === undefined) return
      shown.current = facts
      setOpened(facts)
      setTree(new Map())
      await Promise.all([expand(facts, '/', true), load(facts.path, '/', null)])
    },
    show: (at) => void (opened !== null && load(opened.path, at, null)),
    find: (text) => void (opened !== null && load(opened.path, folder, text.trim() === '' ? null : text.trim())),
    expand: (at, open) => void (opened !== null && expand(opened, at, open)),
    async all(most) {
      if (opened === null || busy) return null
      const mine = turn.current
      let { rows, next } = page
      setBusy(true)
      while (next !== null && rows.length <= most) {
        const found = await ask(opened.path, folder, search, next, allRows)
        if (mine !== turn.current) return null
        if (found === undefined) break
        rows = [...rows, ...found.rows]
        next = found.next
      }
      setBusy(false)
      setPage({ rows, next })
      return next === null && rows.length <= most ? rows : null
    },
    more() {
      if (opened === null || busy || page.next === null) return
      const mine = turn.current
      setBusy(true)
      void ask(opened.path, folder, search, page.next).then((next) => {
        if (mine !== turn.current) return
        setBusy(false)
        if (next !== undefined) setPage({ rows: [...page.rows, ...next.rows], next: next.next })
      })
    },
  }
}
