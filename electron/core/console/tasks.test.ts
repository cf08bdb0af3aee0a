import { expect, test } from 'vitest'
import { fail, problem } from '../../../shared/model/problem.ts'
import type { Task } from '../../../shared/model/task.ts'
import { emptySnapshot } from '../../../shared/model/testing/empty-snapshot.ts'
import type { WantedVolume } from '../../../shared/model/wanted-volume.ts'
import { createConsoleStore } from './store.ts'
import { createTasks, type TaskContext } from './tasks.ts'

/** A console's tasks, and what becomes of one of them. */
function opened() {
  const store = createConsoleStore(emptySnapshot)
  const states: Task['state'][] = []
  store.subscribe((event) => {
    if (event.name === 'tasks') states.push(...event.payload.slice(-1).map(({ state }) => state))
  })
  return { tasks: createTasks(store, new Map()), states, list: () => store.snapshot().tasks }
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

const second: WantedVolume = { number: 2, label: 'a volume 2', path: '/dev/one', reads: true, problem: null }

test('a task waits for a volume until it is answered, and the place that was answered is tried first the next time', async () => {
  const { tasks, list } = opened()
  const given: unknown[] = []
  const reading = async ({ nextVolume }: TaskContext) => {
    given.push(await nextVolume?.(second))
    return { receipt: {} }
  }
  const id = tasks.begin('survey', 'hq-mas /dev/one', reading)
  expect(list()).toMatchObject([{ id, state: 'running', volume: second }])
  expect(() => tasks.answerVolume(id, 'two')).toThrow('path-relative')
  expect(list()).toMatchObject([{ volume: second }])
  tasks.answerVolume(id, '/dev/two')
  await expect.poll(() => list()).toMatchObject([{ state: 'done', volume: null }])
  expect(() => tasks.answerVolume(id, '/dev/two')).toThrow('no-volume-asked')
  tasks.begin('survey', 'hq-mas /dev/one', reading)
  await expect.poll(() => list()).toMatchObject([{ state: 'done', volume: null }])
  expect(given).toEqual(['/dev/two', '/dev/two'])
})

test('a place that was answered is asked for anew once it was refused, and where something is to be written over', async () => {
  const { tasks, list } = opened()
  const asks = async (volume: WantedVolume) => {
    const id = tasks.begin('survey', 'hq-mas', async ({ nextVolume }) => {
      await nextVolume?.(volume)
      return { receipt: {} }
    })
    await Promise.resolve()
    const asked = list()[0]?.volume !== null
    if (asked) tasks.answerVolume(id, '/dev/two')
    await expect.poll(() => list()).toMatchObject([{ state: 'done' }])
    return asked
  }
  expect(await asks(second)).toBe(true)
  expect(await asks(second)).toBe(false)
  expect(await asks({ ...second, path: '/dev/two' })).toBe(true)
  expect(await asks({ ...second, problem: problem('volume-none', { path: '/dev/two' }) })).toBe(true)
  expect(await asks({ ...second, reads: false })).toBe(true)
})

test('no volume, or a cancel, ends a task that waits for one as cancelled', async () => {
  const { tasks, list } = opened()
  const given: unknown[] = []
  const reading = async ({ nextVolume }: TaskContext): Promise<never> => {
    given.push(await nextVolume?.(second))
    given.push(await nextVolume?.(second))
    throw fail('cancelled')
  }
  tasks.answerVolume(tasks.begin('survey', 'one', reading), null)
  await expect.poll(() => list()).toMatchObject([{ state: 'cancelled', volume: null, problem: null }])
  tasks.cancel(tasks.begin('survey', 'one', reading))
  await expect.poll(() => list()).toMatchObject([{ state: 'cancelled', volume: null }])
  tasks.begin('survey', 'one', reading)
  await tasks.close()
  expect(list()).toMatchObject([{ state: 'cancelled', volume: null }])
  expect(given).toEqual([null, null, null, null, null, null])
})
