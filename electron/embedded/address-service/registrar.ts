import type { Change } from '../../../shared/model/change.ts'
import type { Edit, Effect, Entity } from '../../../shared/model/entity.ts'
import type { Position } from '../../../shared/model/position.ts'
import { fail, type Problem, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import { entityStatements } from './entity-rows.ts'
import { netEffect, planEdit, planLeaving } from './plan.ts'
import { readWorkingSet, type WorkingSet } from './working-set.ts'

/** Edits of one client that wait in the queue. */
export type Request = {
  readonly edits: readonly Edit[]
  readonly operator: string
  /** Whether one that is refused leaves the others out (`all`), or not (`each`). */
  readonly unit: 'all' | 'each'
  /** Only checked: nothing is stored. */
  readonly dryRun?: boolean
  /** Asked for the last time before anything is stored: true rejects it with `cancelled`. */
  cancelled?(): boolean
  resolve(done: Done): void
  reject(error: Error): void
}

/** What became of a request. `refused` names edits by their index; with `all` nothing was done unless it is empty. */
export type Done = {
  readonly effects: readonly Effect[]
  readonly refused: readonly { readonly index: number; readonly problem: Problem }[]
  /** Before the first and of the last change made; the same where none was. */
  readonly from: Position
  readonly position: Position
}

/** Changes that stay in the outbox although every journal and every replica has them, for a look back (own decision). */
const keptChanges = 10_000

/** Characters of one statement, so that no message grows too long for the wire. */
const largestStatement = 1_500_000

type Around = {
  /** The problem that every registration is refused with now, or null. */
  refusal(): Problem | null
  /** Statements that ride along with the next transaction; told later whether it took place. */
  takeErrand(): { readonly statements: readonly Statement[]; done(took: boolean): void }
  /** New changes are durable. */
  onCommitted(): void
}

type Planned = Omit<Done, 'from' | 'position'> & { readonly request: Request }

/**
 * Carries out what waited, in order, as one transaction: the changes, their records and their queue rows; then one append a
 * journal; then every client is answered. Never throws.
 */
export async function editBatch(directory: Directory, requests: readonly Request[], around: Around): Promise<void> {
  const unanswered = new Set(requests)
  try {
    await directory.settle()
    const refusal = around.refusal()
    if (refusal !== null) throw new ProblemError(refusal)
    const known = await readWorkingSet(
      directory.store,
      requests.flatMap((request) => request.edits),
    )
    const planned = requests.map((request) => planRequest(known, directory.hosts, request))
    if (requests.some(({ cancelled }) => cancelled !== undefined)) {
      await newsFromClients()
      const given = requests.filter(({ cancelled }) => cancelled?.() === true)
      if (given.length > 0) {
        for (const request of given) {
          unanswered.delete(request)
          request.reject(fail('cancelled'))
        }
        // The plan of the others knew of what is not done now.
        const others = requests.filter((request) => !given.includes(request))
        unanswered.clear()
        return await editBatch(directory, others, around)
      }
    }
    const { timeline, number } = directory.position()
    const at = new Date().toISOString()
    const line = directory.descent()
    let next = number
    const answers: (() => void)[] = []
    const changes: Change[] = []
    for (const { request, effects, refused } of planned) {
      const from = { timeline, number: next }
      if (request.dryRun !== true) {
        for (const effect of effects) {
          next += 1
          const who = { at, operator: request.operator }
          changes.push({ timeline, number: next, ...line, ...who, action: actionOf(effect), ...effect })
        }
      }
      const position = { timeline, number: next }
      answers.push(() => request.resolve({ effects, refused, from, position }))
    }
    await store(directory, changes, known, around)
    planned.forEach(({ request }, index) => {
      unanswered.delete(request)
      answers[index]?.()
    })
    if (changes.length > 0) around.onCommitted()
  } catch (error) {
    const given = error instanceof ProblemError ? error : fail('internal', { text: toProblem(error).message.en }, error)
    for (const request of unanswered) request.reject(given)
  }
}

/** Two turns of the event loop: what a client sent while the plan was made has been heard then. */
async function newsFromClients(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function planRequest(known: WorkingSet, hosts: readonly string[], request: Request): Planned {
  const begin = known.mark()
  const refused: { index: number; problem: Problem }[] = []
  const leaving = request.edits.flatMap((edit) => (edit.action === 'delete' && edit.kind === 'user' ? [edit.id] : []))
  planLeaving(known, new Set(leaving))
  request.edits.forEach((edit, index) => {
    const before = known.mark()
    try {
      planEdit(known, hosts, edit)
    } catch (error) {
      known.rollBack(before)
      refused.push({ index, problem: toProblem(error) })
    }
  })
  const undone = request.dryRun === true || (request.unit === 'all' && refused.length > 0)
  const effects = known.effects().slice(begin)
  if (undone) known.rollBack(begin)
  return { request, refused, effects: request.unit === 'all' && refused.length > 0 ? [] : effects }
}

async function store(
  directory: Directory,
  changes: readonly Change[],
  known: WorkingSet,
  around: Around,
): Promise<void> {
  const errand = around.takeErrand()
  try {
    const { after, removed } = netEffect(changes)
    await directory.commit(changes, [
      ...inParts(removed).flatMap((part) => entityStatements([], part)),
      ...inParts(after).flatMap((part) => entityStatements(part, [])),
      ...inParts(changes).flatMap((part) => changeStatements(part, directory.replicas)),
      ...[...known.sequences()].map(
        ([kind, last]): Statement => ({
          sql: 'INSERT INTO sequence (kind, last) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET last = excluded.last',
          params: [kind, last],
        }),
      ),
      ...errand.statements,
      pruneStatement(directory.position().number),
    ])
    errand.done(changes.length > 0)
  } catch (error) {
    errand.done(false)
    throw error
  }
}

function actionOf({ before, after }: Effect): Change['action'] {
  if (before === null) return 'register'
  return after === null ? 'delete' : 'change'
}

/** Parts that each make a statement of bounded length. */
function inParts<Item extends Entity | Change>(items: readonly Item[]): readonly (readonly Item[])[] {
  const parts: Item[][] = []
  let room = 0
  for (const item of items) {
    const size = 'number' in item ? 400 + sizeOf(item.before) + sizeOf(item.after) : sizeOf(item)
    const current = parts.at(-1)
    if (current === undefined || size > room) {
      parts.push([item])
      room = largestStatement - size
    } else {
      current.push(item)
      room -= size
    }
  }
  return parts
}

/** Characters of an entity as JSON, at most. */
function sizeOf(entity: Entity | null): number {
  return entity === null ? 4 : 600 + 40 * (entity.members?.length ?? 0)
}

function changeStatements(changes: readonly Change[], replicas: readonly string[]): readonly Statement[] {
  const rows = JSON.stringify(changes.map((change) => [change.number, JSON.stringify(change)]))
  const numbers = JSON.stringify(changes.map((change) => change.number))
  return [
    {
      sql: 'INSERT INTO change (number, record) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      params: [rows],
      changes: changes.length,
    },
    ...replicas.map(
      (host): Statement => ({
        sql: 'INSERT INTO queue (host, number) SELECT ?, value FROM json_each(?)',
        params: [host, numbers],
        changes: changes.length,
      }),
    ),
  ]
}

/** Drops outbox rows that every journal has (up to `durable`), that no queue names, and that are older than what is kept. */
function pruneStatement(durable: number): Statement {
  return {
    sql: 'DELETE FROM change WHERE number <= ? AND number < (SELECT coalesce(min(number), ?) FROM queue)',
    params: [durable - keptChanges, durable],
  }
}
