import type { ChangeRange, Position } from '../../../../shared/model/position.ts'

/** What a user of the name database may be: a name, or gone. */
type State = string | null

export type Answer =
  | { readonly kind: 'acknowledged'; readonly position: Position }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' }

type Told = { readonly state: State; readonly change: string | null }

/** What the clients were told, change by change, and which of these changes an operator has given up. */
export type Model = {
  /** The ids of users that are known to be there. */
  certain(): readonly string[]
  newId(): string
  /** An operation on a user: acknowledged as a change, refused (nothing was done), or nobody knows. */
  told(id: string, state: State, answer: Answer): void
  /** How many operations were acknowledged. */
  acknowledged(): number
  /** The acknowledged changes with these numbers that nobody has given up yet, as `changeName` names them. */
  standing(ranges: readonly ChangeRange[]): readonly string[]
  /** Every acknowledged change that nobody has given up yet. */
  allStanding(): readonly string[]
  /** These changes are lost, with an operator's consent. */
  giveUp(changes: readonly string[]): void
  /** These stand again: what was restored holds them, and nobody knew any more that they had been given up. */
  standAgain(changes: readonly string[]): void
  /** How many acknowledged changes were given up. */
  givenUp(): number
  /** Everything in which `found` (id → name) is not what the clients were told. */
  differences(found: ReadonlyMap<string, string>): readonly string[]
}

/** A change's identity in one word. */
export function changeName({ timeline, number }: Position): string {
  return `${number}@${timeline}`
}

export function createModel(initial: ReadonlyMap<string, string>): Model {
  const users = new Map<string, { readonly first: State; readonly told: Told[] }>(
    [...initial].map(([id, name]) => [id, { first: name, told: [] }]),
  )
  const numbers = new Map<string, number>()
  const lost = new Set<string>()
  let ids = 0
  let acknowledged = 0

  /** What a user may be now: the last change that stands, or one after it of which nobody knows whether it was made. */
  const possible = (id: string): readonly State[] => {
    const user = users.get(id)
    const states: State[] = []
    for (const { state, change } of [...(user?.told ?? [])].reverse()) {
      if (change !== null && lost.has(change)) continue
      states.push(state)
      if (change !== null) return states
    }
    return [...states, user?.first ?? null]
  }

  const standingWhere = (wanted: (number: number) => boolean) =>
    [...numbers].flatMap(([change, number]) => (wanted(number) && !lost.has(change) ? [change] : []))

  return {
    certain: () =>
      [...users.keys()].filter((id) => {
        const states = possible(id)
        return id.startsWith('p') && states.length === 1 && states[0] !== null
      }),
    newId: () => {
      ids += 1
      return `p${ids}`
    },
    told: (id, state, answer) => {
      if (answer.kind === 'refused') return
      const change = answer.kind === 'acknowledged' ? changeName(answer.position) : null
      if (answer.kind === 'acknowledged') {
        acknowledged += 1
        numbers.set(changeName(answer.position), answer.position.number)
      }
      const user = users.get(id) ?? { first: null, told: [] }
      users.set(id, user)
      user.told.push({ state, change })
    },
    acknowledged: () => acknowledged,
    standing: (ranges) =>
      standingWhere((number) => ranges.some(({ first, last }) => first <= number && number <= last)),
    allStanding: () => standingWhere(() => true),
    giveUp: (changes) => {
      for (const change of changes) lost.add(change)
    },
    standAgain: (changes) => {
      for (const change of changes) lost.delete(change)
    },
    givenUp: () => lost.size,
    differences: (found) => {
      const wrong: string[] = []
      for (const [id, { told }] of users) {
        const is = found.get(id) ?? null
        const states = possible(id)
        const said = told.map(({ change }) => change ?? 'unknown').join(', ')
        if (!states.includes(is)) wrong.push(`${id} is ${is}, and was acknowledged as ${states.join(' or ')} (${said})`)
      }
      for (const [id, name] of found) if (!users.has(id)) wrong.push(`${id} is ${name}, and nobody registered it`)
      return wrong
    },
  }
}
