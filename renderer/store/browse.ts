import type { Entity, EntityKind, Registration } from '../../shared/model/entity.ts'
import { toProblem } from '../../shared/model/problem.ts'
import type { Browse } from './state.ts'
import type { Access } from './store.ts'

const organizationPage = 2000
const userPage = 200

/** Actions of the 名前データベース window. */
export function browseActions({ store, bridge, ask }: Access) {
  /** Grows with every choice, so that the answer to an older one is dropped. */
  let turn = 0

  const change = (part: Partial<Browse>) => store.setState(({ browse }) => ({ browse: { ...browse, ...part } }))

  async function allOrganizations(): Promise<readonly Entity[]> {
    const rows: Entity[] = []
    for (;;) {
      const query = { kind: 'organization', offset: rows.length, limit: organizationPage } as const
      const page = await bridge.invoke('directory.search', query)
      rows.push(...page.rows)
      if (page.rows.length === 0 || rows.length >= page.total) return rows
    }
  }

  async function usersOf(node: string | null, offset: number, limit: number) {
    if (node === null) return { rows: [], total: 0 }
    return bridge.invoke('directory.search', { kind: 'user', organizationId: node, offset, limit })
  }

  async function load(node: string | null, wanted: number): Promise<void> {
    const mine = ++turn
    change({ node, loading: true })
    try {
      const [organizations, users] = await Promise.all([
        allOrganizations(),
        usersOf(node, 0, Math.max(wanted, userPage)),
      ])
      if (mine !== turn) return
      const present = new Set(users.rows.map((user) => user.id))
      const selected = store.getState().browse.selected.filter((id) => present.has(id))
      change({ organizations, users: users.rows, usersTotal: users.total, selected, loading: false })
    } catch (error) {
      if (mine !== turn) return
      change({ loading: false })
      store.setState({ failure: toProblem(error) })
    }
  }

  return {
    /** Shows a node of the hierarchy: the organisations below it and its users. */
    chooseNode(node: string | null): void {
      change({ users: [], usersTotal: 0, selected: [] })
      void load(node, userPage)
    },
    /** Reads again what is shown, after a change of the database. */
    async refresh(): Promise<void> {
      const { node, users } = store.getState().browse
      await load(node, users.length)
    },
    /** The next page of the ユーザ一覧. */
    async moreUsers(): Promise<void> {
      const { node, users, usersTotal, loading } = store.getState().browse
      if (loading || users.length >= usersTotal) return
      const mine = turn
      change({ loading: true })
      try {
        const page = await usersOf(node, users.length, userPage)
        if (mine === turn) change({ users: [...users, ...page.rows], usersTotal: page.total, loading: false })
      } catch (error) {
        if (mine === turn) change({ loading: false })
        store.setState({ failure: toProblem(error) })
      }
    },
    select: (selected: readonly string[]) => change({ selected }),
    selectAll: () => change({ selected: store.getState().browse.users.map((user) => user.id) }),
    /** Registers; true when it was acknowledged. Its refusal is shown as the window's failure. */
    async register(registration: Registration): Promise<boolean> {
      const answer = await ask('directory.register', registration)
      if (answer === undefined) return false
      change({ registered: { entity: answer.entity, number: answer.position.number } })
      store.setState({ dialog: null })
      const { entity } = answer
      await load(entity.organizationId, userPage)
      if (entity.kind === 'user') change({ selected: [entity.id] })
      return true
    },
    /** Searches the whole database; undefined after a failure. */
    find: (kind: EntityKind, name: string, offset: number) =>
      ask('directory.search', { kind, name: name.slice(0, 128), offset, limit: userPage }),
  }
}
