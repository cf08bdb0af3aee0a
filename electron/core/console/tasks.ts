import { randomUUID } from 'node:crypto'
import type { ImportedFile } from '../../../shared/model/import.ts'
import { fail, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import type { Receipt } from '../../../shared/model/run.ts'
import type { Task } from '../../../shared/model/task.ts'
import type { ConsoleStore } from './store.ts'

/** What a task's work may use. */
export interface TaskContext {
  readonly signal: AbortSignal
  progress(change: Partial<Pick<Task, 'done' | 'total' | 'current'>>): void
}

/** What a task comes to. */
export interface TaskResult {
  readonly receipt: Receipt
  readonly lines?: Task['lines']
  readonly plan?: RestorePlan | null
  readonly imported?: ImportedFile | null
}

export interface Tasks {
  /** Begins and answers with its id; what it comes to is seen in the snapshot. One of a kind and subject at a time (`task-running`). */
  begin(kind: Task['kind'], subject: string, work: (context: TaskContext) => Promise<TaskResult>): string
  /** Asks it to end; no effect on one that has ended. */
  cancel(id: string): void
  /** Puts an ended task away; no effect on one that goes on. */
  dismiss(id: string): void
  /** Cancels all and waits for their ends. */
  close(): Promise<void>
}

/** Progress is shown at most so often. */
const showEveryMs = 100
const keptLines = 100

export function createTasks(store: ConsoleStore): Tasks {
  const going = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>()

  function change(id: string, part: Partial<Task>): void {
    store.set(
      'tasks',
      store.snapshot().tasks.map((task) => (task.id === id ? { ...task, ...part } : task)),
    )
  }

  function contextOf(id: string, signal: AbortSignal): TaskContext & { flush(): void } {
    let pending: Partial<Task> = {}
    let shownAt = Number.NEGATIVE_INFINITY
    const flush = () => {
      change(id, pending)
      pending = {}
    }
    return {
      signal,
      flush,
      progress(part) {
        pending = { ...pending, ...part }
        if (performance.now() - shownAt < showEveryMs) return
        shownAt = performance.now()
        flush()
      },
    }
  }

  return {
    begin(kind, subject, work) {
      const same = (task: Task) => task.kind === kind && task.subject === subject
      if (store.snapshot().tasks.some((task) => same(task) && going.has(task.id))) throw fail('task-running')
      const id = randomUUID()
      const first: Task = {
        ...{ id, kind, subject, state: 'running', done: 0, total: null, current: null },
        ...{ receipt: null, lines: [], plan: null, imported: null, problem: null },
      }
      store.set('tasks', [...store.snapshot().tasks.filter((task) => !same(task)), first])
      const abort = new AbortController()
      const context = contextOf(id, abort.signal)
      const ended = work(context)
        .then(
          ({ receipt, lines = [], plan = null, imported = null }): Partial<Task> => ({
            ...{ state: 'done', receipt, plan, imported },
            lines: lines.slice(0, keptLines),
          }),
          (error: unknown): Partial<Task> =>
            abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', problem: toProblem(error) },
        )
        .then((end) => {
          context.flush()
          going.delete(id)
          change(id, { ...end, current: null })
        })
      going.set(id, { abort, ended })
      return id
    },
    cancel(id) {
      const task = going.get(id)
      if (task === undefined) return
      change(id, { state: 'cancelling' })
      task.abort.abort(new ProblemError(problem('cancelled')))
    },
    dismiss(id) {
      if (going.has(id)) return
      store.set(
        'tasks',
        store.snapshot().tasks.filter((task) => task.id !== id),
      )
    },
    async close() {
      for (const { abort } of going.values()) abort.abort(new ProblemError(problem('cancelled')))
      await Promise.all([...going.values()].map(({ ended }) => ended))
    },
  }
}
