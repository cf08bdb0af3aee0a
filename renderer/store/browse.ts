import type { Edit, Edited, Entity, EntityKind } from '../../shared/model/entity.ts'
import type { CsvEncoding, ImportedFile } from '../../shared/model/import.ts'
import { toProblem } from '../../shared/model/problem.ts'
import type { Sort } from '../chrome/grid-rows.ts'
import { inverseOf } from './inverse.ts'
import type { Browse, ListedKind, Said } from './state.ts'
import type { Access } from './store.ts'

const largestPage = 5000
const rowPage = 200
const longestName = 128

/** Actions of the 名前データベース window. */
export function browseActions({ store, bridge, ask }: Access) {
  /** Grows with every choice, so that the answer to an older one is dropped. */
  let turn = 0
  /** What reads the third list now, or did last. */
  let reading: Promise<unknown> = Promise.resolve()

  const change = (part: Partial<Browse>) => store.setState(({ browse }) => ({ browse: { ...browse, ...part } }))

  async function all(kind: EntityKind): Promise<readonly Entity[]> {
    const rows: Entity[] = []
    for (;;) {
      const page = await bridge.invoke('directory.search', { kind, offset: rows.length, limit: largestPage })
      rows.push(...page.rows)
      if (page.rows.length === 0 || rows.length >= page.total) return rows
    }
  }

  /** What the third list shows of a node, whole and in its order; null: nothing. */
  function listOf(node: string | null) {
    const { kind, sort } = store.getState().browse
    // Groups and boards of the whole domain stand at its top: there are few of them, and few know where they belong.
    if (node === null && kind === 'user') return null
    return { kind, ...(node === null ? {} : { organizationId: node }), ...orderOf(sort) }
  }

  async function rowsOf(node: string | null, offset: number, limit: number) {
    const list = listOf(node)
    if (list === null) return { rows: [], total: 0 }
    // A tree of boards is only true when all of them are here.
    const wanted = list.kind === 'board' ? largestPage : limit
    return bridge.invoke('directory.search', { ...list, offset, limit: Math.min(wanted, largestPage) })
  }

  async function load(node: string | null, wanted: number): Promise<void> {
    const list = readList(node, wanted)
    reading = list
    await list
  }

  async function readList(node: string | null, wanted: number): Promise<void> {
    const mine = ++turn
    change({ node, loading: true })
    try {
      const [organizations, page] = await Promise.all([all('organization'), rowsOf(node, 0, Math.max(wanted, rowPage))])
      if (mine !== turn) return
      const present = new Set(page.rows.map((row) => row.id))
      const known = new Set(organizations.map((each) => each.id))
      const { selected, chosen } = store.getState().browse
      change({
        organizations,
        rows: page.rows,
        total: page.total,
        selected: selected.filter((id) => present.has(id)),
        chosen: chosen.filter((id) => known.has(id)),
        loading: false,
      })
    } catch (error) {
      if (mine !== turn) return
      change({ loading: false })
      store.setState({ failure: toProblem(error) })
    }
  }

  /** The next part of the third list, of at most `limit` rows; false when there is none, or when something else came between. */
  function more(limit: number): Promise<boolean> {
    const { rows, total, loading } = store.getState().browse
    if (loading || rows.length >= total) return Promise.resolve(false)
    const part = readMore(limit)
    reading = part
    return part
  }

  async function readMore(limit: number): Promise<boolean> {
    const { node, rows } = store.getState().browse
    const mine = turn
    change({ loading: true })
    try {
      const page = await rowsOf(node, rows.length, limit)
      if (mine !== turn) return false
      change({ rows: [...rows, ...page.rows], total: page.total, loading: false })
      return page.rows.length > 0
    } catch (error) {
      if (mine === turn) change({ loading: false })
      store.setState({ failure: toProblem(error) })
      return false
    }
  }

  /** Reads the third list on until that place is here, after whatever reads it already; gives up when another list came. */
  async function readTo(place: number): Promise<void> {
    const mine = turn
    for (;;) {
      await reading
      const { rows, total } = store.getState().browse
      if (mine !== turn || place < rows.length || rows.length >= total) return
      if (!(await more(Math.max(rowPage, place + 1 - rows.length))) && mine === turn) return
    }
  }

  /** Carries edits out as one; what takes them back is kept. Undefined after a refusal, which is shown. */
  async function perform(edits: readonly Edit[], say: (edited: Edited) => Said | null): Promise<Edited | undefined> {
    const edited = await ask('directory.edit', { edits: [...edits] })
    if (edited === undefined) return undefined
    change({
      said: say(edited),
      undo: edited.effects.length === 0 ? store.getState().browse.undo : inverseOf(edited.effects),
    })
    store.setState({ dialog: null })
    return edited
  }

  return {
    /** Shows a node of the hierarchy: the organisations below it and what belongs to it. */
    chooseNode(node: string | null): void {
      change({ rows: [], total: 0, selected: [], chosen: [] })
      void load(node, rowPage)
    },
    chooseKind(kind: ListedKind): void {
      const { node, kind: shown } = store.getState().browse
      if (kind === shown) return
      change({ kind, rows: [], total: 0, selected: [], sort: null, active: 'rows' })
      void load(node, rowPage)
    },
    /** Has the service sort the whole third list; as many rows as are shown are read anew. */
    sortBy(sort: Sort | null): void {
      change({ sort })
      const { node, rows } = store.getState().browse
      void load(node, rows.length)
    },
    /** Reads again what is shown, after a change of the database. */
    async refresh(): Promise<void> {
      const { node, rows } = store.getState().browse
      await load(node, rows.length)
    },
    moreRows: () => more(rowPage),
    select: (selected: readonly string[]) => change({ selected, active: 'rows' }),
    /** Typing ahead in the third list, over all its rows: reads on to the one that fits and gives its id, or null. */
    async seek(typed: string, from: number): Promise<string | null> {
      const { node, rows, total } = store.getState().browse
      const list = listOf(node)
      if (list === null || typed.length > longestName) return null
      const asked = turn
      const place = await ask('directory.locate', { ...list, prefix: typed, from: Math.min(from, total) })
      if (place === undefined || place === null || asked !== turn) return null
      if (place >= rows.length) await readTo(place)
      return store.getState().browse.rows[place]?.id ?? null
    },
    choose: (chosen: readonly string[]) => change({ chosen, active: 'organizations' }),
    /** 全てを選択: of the third list, read to its end first. */
    async selectAll(): Promise<void> {
      await readTo(Number.MAX_SAFE_INTEGER)
      change({ selected: store.getState().browse.rows.map((row) => row.id), active: 'rows' })
    },
    /** Registers or changes one; the window then shows it. Its refusal is shown and the dialog stays. */
    async edit(edit: Edit): Promise<void> {
      const kind = edit.action === 'register' ? 'registered' : 'changed'
      const edited = await perform([edit], ({ effects, position }) => {
        const entity = effects.at(-1)?.after
        return entity ? { kind, entity, number: position.number } : null
      })
      const entity = edited?.effects.at(-1)?.after
      if (!entity) return
      if (entity.kind === 'organization') {
        await load(entity.organizationId, rowPage)
        change({ chosen: [entity.id], selected: [], active: 'organizations' })
        return
      }
      if (store.getState().browse.kind !== entity.kind) change({ kind: entity.kind, rows: [], total: 0, sort: null })
      await load(entity.organizationId, rowPage)
      change({ selected: [entity.id], active: 'rows' })
    },
    async remove(entities: readonly Entity[]): Promise<void> {
      store.setState({ dialog: null })
      const edits = entities.map(
        (expected): Edit => ({ action: 'delete', kind: expected.kind, id: expected.id, expected }),
      )
      const edited = await perform(edits, ({ position }) => ({
        kind: 'deleted',
        count: entities.length,
        number: position.number,
      }))
      if (edited === undefined) return
      const { node, rows } = store.getState().browse
      const gone = entities.find((each) => each.kind === 'organization' && each.id === node)
      await load(gone === undefined ? node : gone.organizationId, rows.length)
    },
    /** 元に戻す: takes the last change of this window back, once; refused when it was changed since. */
    async undo(): Promise<void> {
      const { undo } = store.getState().browse
      if (undo === null) return
      const edited = await perform(undo, ({ position }) => ({ kind: 'undone', number: position.number }))
      if (edited === undefined) return
      change({ undo: null })
      const { node, rows } = store.getState().browse
      await load(node, rows.length)
    },
    /** Begins as a task; its id, or undefined after a refusal. */
    importCsv: (file: string, encoding: CsvEncoding, partial: boolean, dryRun: boolean) =>
      ask('directory.import', { file, encoding, partial, dryRun }),
    /** What came of it, for the status bar. */
    imported({ dryRun, registered, position }: ImportedFile): void {
      if (dryRun || registered === 0) return
      change({ said: { kind: 'imported', count: registered, number: position.number }, undo: null })
    },
    boards: () => all('board'),
    /** Searches the whole database; undefined after a failure. */
    find: (kind: EntityKind, name: string, sort: Sort | null, offset: number, limit = rowPage) =>
      ask('directory.search', {
        ...{ kind, name: name.slice(0, longestName), offset, limit: Math.min(limit, largestPage) },
        ...orderOf(sort),
      }),
    /** Typing ahead in what was found: the place of the row, or null. */
    locateFound: async (kind: EntityKind, name: string, sort: Sort | null, prefix: string, from: number) =>
      prefix.length > longestName
        ? null
        : ((await ask('directory.locate', {
            kind,
            name: name.slice(0, longestName),
            ...orderOf(sort),
            prefix,
            from,
          })) ?? null),
  }
}

const sortKeys = ['id', 'name', 'host', 'organization', 'members'] as const

/** A list's order, as the service is asked for it. */
function orderOf(sort: Sort | null) {
  if (sort === null) return {}
  const by = sortKeys.find((key) => key === sort.column) ?? 'id'
  return { sort: { by, descending: sort.direction === 'descending' } }
}
