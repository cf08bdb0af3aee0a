/** What a user of the name database may be: a name, or gone. */
type State = string | null

/** What the clients were told: every user with each state that the answers leave possible. One, unless an answer never came. */
export type Model = {
  /** The ids of users that are known to be there, and under which name. */
  certain(): readonly string[]
  newId(): string
  /** An operation on a user: `acknowledged`, `refused` (nothing was done), or `unknown`. */
  told(id: string, state: State, answer: 'acknowledged' | 'refused' | 'unknown'): void
  /** How many operations were acknowledged. */
  acknowledged(): number
  /** Everything in which `found` (id → name) is not what the clients were told. */
  differences(found: ReadonlyMap<string, string>): readonly string[]
}

export function createModel(initial: ReadonlyMap<string, string>): Model {
  const states = new Map<string, readonly State[]>([...initial].map(([id, name]) => [id, [name]]))
  let ids = 0
  let acknowledged = 0
  return {
    certain: () =>
      [...states]
        .filter(([id, known]) => id.startsWith('p') && known.length === 1 && known[0] !== null)
        .map(([id]) => id),
    newId: () => {
      ids += 1
      return `p${ids}`
    },
    told: (id, state, answer) => {
      if (answer === 'refused') return
      if (answer === 'acknowledged') acknowledged += 1
      states.set(id, answer === 'acknowledged' ? [state] : [...(states.get(id) ?? [null]), state])
    },
    acknowledged: () => acknowledged,
    differences: (found) => {
      const wrong: string[] = []
      for (const [id, known] of states) {
        const is = found.get(id) ?? null
        if (!known.includes(is)) wrong.push(`${id} is ${is}, and was acknowledged as ${known.join(' or ')}`)
      }
      for (const [id, name] of found) if (!states.has(id)) wrong.push(`${id} is ${name}, and nobody registered it`)
      return wrong
    },
  }
}
