import { randomUUID } from 'node:crypto'
import type { ImportedFile } from '../../../shared/model/import.ts'
import { fail, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type { RestorePlan } from '../../../shared/model/restore.ts'
import type { Receipt } from '../../../shared/model/run.ts'
import type { Task } from '../../../shared/model/task.ts'
import type { NextVolume } from '../ports/medium.ts'
import type { ConsoleStore } from './store.ts'
import { createVolumeDesk, type VolumeDesk } from './volume-desk.ts'

/** What a task's work may use. */
export interface TaskContext {
  readonly signal: AbortSignal
  progress(change: Partial<Pick<Task, 'done' | 'total' | 'current'>>): void
  /** Asks for a volume in the windows that show the task; nobody is asked any more once it is cancelled. */
  readonly nextVolume: NextVolume | undefined
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
  /** The volume that it waits for is in this device; null gives the task up. Throws `no-volume-asked`, `path-relative` (64). */
  answerVolume(id: string, path: string | null): void
  /** Puts an ended task away; no effect on one that goes on. */
  dismiss(id: string): void
  /** Cancels all and waits for their ends. */
  close(): Promise<void>
}

/** Progress is shown at most so often. */
const showEveryMs = 100
const keptLines = 100

interface Going {
  readonly abort: AbortController
  readonly ended: Promise<void>
  readonly desk: VolumeDesk
}

/** `places`: where volumes were put, by label (`createVolumeDesk`). */
export function createTasks(store: ConsoleStore, places: Map<string, string>): Tasks {
  const going = new Map<string, Going>()

  function change(id: string, part: Partial<Task>): void {
    store.set(
      'tasks',
      store.snapshot().tasks.map((task) => (task.id === id ? { ...task, ...part } : task)),
    )
  }

  function contextOf(id: string, signal: AbortSignal): Omit<TaskContext, 'nextVolume'> & { flush(): void } {
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

  function cancel(id: string): void {
    const task = going.get(id)
    if (task === undefined) return
    change(id, { state: 'cancelling' })
    task.abort.abort(new ProblemError(problem('cancelled')))
    task.desk.end()
  }

  return {
    cancel,
    begin(kind, subject, work) {
      const same = (task: Task) => task.kind === kind && task.subject === subject
      if (store.snapshot().tasks.some((task) => same(task) && going.has(task.id))) throw fail('task-running')
      const id = randomUUID()
      const first: Task = {
        ...{ id, kind, subject, state: 'running', done: 0, total: null, current: null },
        ...{ receipt: null, lines: [], plan: null, imported: null, problem: null, volume: null },
      }
      store.set('tasks', [...store.snapshot().tasks.filter((task) => !same(task)), first])
      const abort = new AbortController()
      const context = contextOf(id, abort.signal)
      const running = () => store.snapshot().tasks.some((task) => task.id === id && task.state === 'running')
      const desk = createVolumeDesk(places, running, () => change(id, { volume: desk.wanted() }))
      const ended = work({ ...context, nextVolume: desk.nextVolume })
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
          desk.end()
          change(id, { ...end, current: null })
        })
      going.set(id, { abort, ended, desk })
      return id
    },
    answerVolume(id, path) {
      const task = going.get(id)
      if (task === undefined || task.desk.wanted() === null) throw fail('no-volume-asked')
      if (path === null) cancel(id)
      else task.desk.answer(path)
    },
    dismiss(id) {
      if (going.has(id)) return
      store.set(
        'tasks',
        store.snapshot().tasks.filter((task) => task.id !== id),
      )
    },
    async close() {
      const ends = [...going.values()].map(({ ended }) => ended)
      for (const id of going.keys()) cancel(id)
      await Promise.all(ends)
    },
  }
}
