import type { Edit, Edited, Entity, EntityKind } from '../../shared/model/entity.ts'
import type { CsvEncoding } from '../../shared/model/import.ts'
import { toProblem } from '../../shared/model/problem.ts'
import type { Sort } from '../chrome/grid-rows.ts'
import { inverseOf } from './inverse.ts'
import type { Browse, ListedKind, Said } from './state.ts'
import type { Access } from './store.ts'

const largestPage = 5000
const rowPage = 200

/** Actions of the 名前データベース window. */
export function browseActions({ store, bridge, ask }: Access) {
  /** Grows with every choice, so that the answer to an older one is dropped. */
  let turn = 0

  const change = (part: Partial<Browse>) => store.setState(({ browse }) => ({ browse: { ...browse, ...part } }))

  async function all(kind: EntityKind): Promise<readonly Entity[]> {
    const rows: Entity[] = []
    for (;;) {
      const page = await bridge.invoke('directory.search', { kind, offset: rows.length, limit: largestPage })
      rows.push(...page.rows)
      if (page.rows.length === 0 || rows.length >= page.total) return rows
    }
  }

  async function rowsOf(node: string | null, offset: number, limit: number) {
    const { kind, sort } = store.getState().browse
    // Groups and boards of the whole domain stand at its top: there are few of them, and few know where they belong.
    if (node === null && kind === 'user') return { rows: [], total: 0 }
    const at = node === null ? {} : { organizationId: node }
    const order = sort === null ? {} : { sort: { by: sortKey(sort), descending: sort.direction === 'descending' } }
    const query = { kind, ...at, offset, limit: Math.min(limit, largestPage), ...order }
    return bridge.invoke('directory.search', query)
  }

  async function load(node: string | null, wanted: number): Promise<void> {
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
  async function more(limit: number): Promise<boolean> {
    const { node, rows, total, loading } = store.getState().browse
    if (loading || rows.length >= total) return false
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
    choose: (chosen: readonly string[]) => change({ chosen, active: 'organizations' }),
    /** 全てを選択: of the third list, read to its end first. */
    async selectAll(): Promise<void> {
      while (await more(largestPage));
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
    async importCsv(file: string, encoding: CsvEncoding, partial: boolean, dryRun: boolean) {
      const outcome = await ask('directory.import', { file, encoding, partial, dryRun })
      if (outcome === undefined || dryRun || outcome.registered === 0) return outcome
      change({ said: { kind: 'imported', count: outcome.registered, number: outcome.position.number }, undo: null })
      return outcome
    },
    chooseCsv: () => ask('file.chooseCsv', null),
    boards: () => all('board'),
    /** Searches the whole database; undefined after a failure. */
    find: (kind: EntityKind, name: string, offset: number) =>
      ask('directory.search', { kind, name: name.slice(0, 128), offset, limit: rowPage }),
  }
}

function sortKey({ column }: Sort): 'id' | 'name' | 'host' {
  return column === 'name' || column === 'host' ? column : 'id'
}
