import type { Change } from '../../../shared/model/change.ts'
import type { Entity, Registered, Registration } from '../../../shared/model/entity.ts'
import { fail, type Problem, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import type { Statement } from '../../wire/object-operations.ts'
import type { Directory } from './directory.ts'
import { entityStatements, planRegistrations } from './plan.ts'

/** One registration that waits in the queue. */
export type Request = {
  readonly registration: Registration
  readonly operator: string
  resolve(registered: Registered): void
  reject(error: Error): void
}

/** Changes that stay in the outbox although every journal and every replica has them, for a look back (own decision). */
const keptChanges = 10_000

type Around = {
  /** The problem that every registration is refused with now, or null. */
  refusal(): Problem | null
  /** Statements that ride along with the next transaction; told later whether it took place. */
  takeErrand(): { readonly statements: readonly Statement[]; done(took: boolean): void }
  /** New changes are durable. */
  onCommitted(): void
}

/**
 * Carries out what waited, in order, as one transaction: the changes, their records and their queue rows; then one append a
 * journal; then every client is answered. Never throws.
 */
export async function registerBatch(directory: Directory, requests: readonly Request[], around: Around): Promise<void> {
  const unanswered = new Set(requests)
  const reject = (request: Request, error: Error): void => {
    unanswered.delete(request)
    request.reject(error)
  }
  try {
    await directory.settle()
    const refusal = around.refusal()
    if (refusal !== null) throw new ProblemError(refusal)
    const registrations = requests.map((request) => request.registration)
    const { outcomes, sequences } = await planRegistrations(directory.store, directory.hosts, registrations)
    const accepted: { request: Request; entity: Entity }[] = []
    requests.forEach((request, index) => {
      const outcome = outcomes[index]
      if (outcome === undefined) throw new Error('a registration without an outcome')
      if ('code' in outcome) reject(request, new ProblemError(outcome))
      else accepted.push({ request, entity: outcome })
    })
    const { timeline, number } = directory.position()
    const at = new Date().toISOString()
    const changes = accepted.map(({ request, entity }, index): Change => {
      const next = number + index + 1
      return { timeline, number: next, at, operator: request.operator, action: 'register', before: null, after: entity }
    })
    const errand = around.takeErrand()
    try {
      await directory.commit(changes, [
        ...entityStatements(
          accepted.map(({ entity }) => entity),
          [],
        ),
        ...changeStatements(changes, directory.replicas),
        ...[...sequences].map(
          ([kind, last]): Statement => ({
            sql: 'INSERT INTO sequence (kind, last) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET last = excluded.last',
            params: [kind, last],
          }),
        ),
        ...errand.statements,
        pruneStatement(number),
      ])
      errand.done(changes.length > 0)
    } catch (error) {
      errand.done(false)
      throw error
    }
    accepted.forEach(({ request, entity }, index) => {
      unanswered.delete(request)
      request.resolve({ entity, position: { timeline, number: number + index + 1 } })
    })
    if (changes.length > 0) around.onCommitted()
  } catch (error) {
    const given = error instanceof ProblemError ? error : fail('internal', { text: toProblem(error).message.en }, error)
    for (const request of unanswered) reject(request, given)
  }
}

function changeStatements(changes: readonly Change[], replicas: readonly string[]): readonly Statement[] {
  const rows = JSON.stringify(changes.map((change) => [change.number, JSON.stringify(change)]))
  return [
    {
      sql: 'INSERT INTO change (number, record) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      params: [rows],
      changes: changes.length,
    },
    ...replicas.map(
      (host): Statement => ({
        sql: 'INSERT INTO queue (host, number) SELECT ?, value ->> 0 FROM json_each(?)',
        params: [host, rows],
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
