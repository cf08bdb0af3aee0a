/** Work in strict order, one at a time; consecutive work of one group is handed over together. */
export type SerialQueue<Item> = {
  /** Joins the group at the end of the queue, or begins one. */
  join(item: Item): void
  /** Runs alone, in its turn. */
  run<Result>(task: () => Promise<Result>): Promise<Result>
}

type Entry<Item> = { readonly group: Item[] } | { readonly task: () => Promise<void> }

/**
 * The registration queue. What waits while a group is carried out becomes the next group (`perform` gets at most `largest`
 * items), so that one sync serves them all. `perform` must not throw.
 */
export function createSerialQueue<Item>(
  largest: number,
  perform: (items: readonly Item[]) => Promise<void>,
): SerialQueue<Item> {
  const entries: Entry<Item>[] = []
  let working = false

  const work = async (): Promise<void> => {
    if (working) return
    working = true
    for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) {
      if ('group' in entry) await perform(entry.group)
      else await entry.task()
    }
    working = false
  }

  return {
    join: (item) => {
      const last = entries.at(-1)
      if (last !== undefined && 'group' in last && last.group.length < largest) last.group.push(item)
      else entries.push({ group: [item] })
      // One turn of the event loop lets requests that have already arrived join.
      if (!working) setImmediate(() => void work())
    },
    run: (task) =>
      new Promise((resolve, reject) => {
        entries.push({ task: () => task().then(resolve, reject) })
        void work()
      }),
  }
}
