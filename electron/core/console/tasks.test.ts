import { expect, test } from 'vitest'
import { fail } from '../../../shared/model/problem.ts'
import type { Task } from '../../../shared/model/task.ts'
import { emptySnapshot } from '../../../shared/model/testing/empty-snapshot.ts'
import { createConsoleStore } from './store.ts'
import { createTasks, type TaskContext } from './tasks.ts'

/** A console's tasks, and what becomes of one of them. */
function opened() {
  const store = createConsoleStore(emptySnapshot)
  const states: Task['state'][] = []
  store.subscribe((event) => {
    if (event.name === 'tasks') states.push(...event.payload.slice(-1).map(({ state }) => state))
  })
  return { tasks: createTasks(store), states, list: () => store.snapshot().tasks }
}

const untilAborted = ({ signal }: TaskContext) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('a task ends with its receipt and its last progress, and stays until it is put away', async () => {
  const { tasks, list } = opened()
  const id = tasks.begin('reconcile', 'tk-ml1', async ({ progress }) => {
    for (let done = 1; done <= 50; done++) progress({ done, total: 50 })
    return { receipt: { sent: 50 } }
  })
  tasks.dismiss(id)
  expect(list()).toHaveLength(1)
  await tasks.close()
  expect(list()).toMatchObject([{ id, state: 'done', done: 50, total: 50, receipt: { sent: 50 } }])
  tasks.dismiss(id)
  expect(list()).toEqual([])
})

test('a cancelled task is cancelling until its work has ended, then cancelled; what fails by itself has failed', async () => {
  const { tasks, states, list } = opened()
  tasks.cancel(tasks.begin('copy', '/a', untilAborted))
  await tasks.close()
  expect(states).toEqual(['running', 'cancelling', 'cancelled'])
  tasks.begin('copy', '/b', () => Promise.reject(fail('medium-path-missing')))
  await expect.poll(() => list().at(-1)).toMatchObject({ state: 'failed', problem: { code: 'medium-path-missing' } })
})

test('of one kind and subject there is one at a time, and a new one takes the place of an ended one', async () => {
  const { tasks, list } = opened()
  tasks.begin('reconcile', 'tk-ml1', untilAborted)
  expect(() => tasks.begin('reconcile', 'tk-ml1', untilAborted)).toThrow('task-running')
  tasks.begin('reconcile', 'os-ml1', untilAborted)
  await tasks.close()
  tasks.begin('reconcile', 'tk-ml1', async () => ({ receipt: {} }))
  await tasks.close()
  expect(list().map(({ subject, state }) => `${subject} ${state}`)).toEqual(['os-ml1 cancelled', 'tk-ml1 done'])
})
