import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { KnownArchive } from '../ports/medium.ts'
import { seldomPresent } from './seldom-present.ts'

const limits = { every: 60_000, slow: 50, rest: 60_000, unended: 2 }
const archive = (path: string): KnownArchive => ({ path, bytes: 1, volumes: null })

test('an archive is not asked for again before its time', async () => {
  const asked: string[] = []
  const isPresent = seldomPresent(
    {
      isPresent: async ({ path }) => {
        asked.push(path)
        return path === '/b/a'
      },
    },
    limits,
  )
  for (const path of ['/b/a', '/b/a', '/b/c', '/b/c']) expect(await isPresent(archive(path))).toBe(path === '/b/a')
  expect(asked).toEqual(['/b/a', '/b/c'])
  const eager = seldomPresent({ isPresent: async ({ path }) => asked.push(path) > 0 }, { ...limits, every: 0 })
  await eager(archive('/b/d'))
  await eager(archive('/b/d'))
  expect(asked.slice(2)).toEqual(['/b/d', '/b/d'])
})

test('a place that hangs is asked once, nothing below its folder after it, and no third while two hang', async () => {
  const asked: string[] = []
  const isPresent = seldomPresent(
    {
      isPresent: ({ path }) => {
        asked.push(path)
        return path.startsWith('/hangs') ? new Promise(() => undefined) : Promise.resolve(true)
      },
    },
    { ...limits, every: 0, rest: 200 },
  )
  const look = async (...paths: readonly string[]) => {
    const found: boolean[] = []
    for (const path of paths) found.push(await isPresent(archive(path)))
    return found
  }
  expect(await look('/well/a', '/hangs/a', '/hangs/b', '/well/a')).toEqual([true, false, false, true])
  expect(asked).toEqual(['/well/a', '/hangs/a', '/well/a'])
  await sleep(250)
  expect(await look('/hangs/a')).toEqual([false])
  expect(asked).toHaveLength(3)
  expect(await look('/hangs2/a', '/hangs3/a', '/well/a')).toEqual([false, false, true])
  expect(asked.slice(3)).toEqual(['/hangs2/a'])
})
