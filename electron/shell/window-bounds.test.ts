import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { preferencesFile } from './preferences-file.ts'
import { readSmallFile, writeSmallFile } from './small-file.ts'
import { insideBounds, visibleBounds, windowStateSchema } from './window-bounds.ts'

const folder = mkdtempSync(join(tmpdir(), 'untenseki-shell-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const screen = { x: 0, y: 0, width: 1600, height: 900 }
const place = { x: 10, y: 20, width: 800, height: 500 }

it('keeps a place that a screen shows, and only such a one', () => {
  expect(visibleBounds(place, [screen])).toBe(place)
  expect(visibleBounds({ ...place, x: 1550 }, [screen])).toBeUndefined()
  expect(visibleBounds({ ...place, y: 890 }, [screen])).toBeUndefined()
  expect(visibleBounds({ ...place, x: 1700 }, [screen, { ...screen, x: 1600 }])).toEqual({ ...place, x: 1700 })
  expect(visibleBounds(undefined, [screen])).toBeUndefined()
})

it('moves a new window into the screen that it begins on, never out at its top', () => {
  expect(insideBounds({ ...place, x: 1000, y: 500 }, [screen])).toEqual({ ...place, x: 800, y: 400 })
  expect(insideBounds(place, [screen])).toEqual(place)
  expect(insideBounds({ ...place, height: 1200 }, [screen])).toEqual({ ...place, y: 0, height: 1200 })
  expect(insideBounds({ ...place, x: 2000 }, [screen])).toBeUndefined()
})

it('remembers places in a file, leaving nothing else behind; a torn file is as none', () => {
  const file = join(folder, 'deep', 'windows.json')
  writeSmallFile(file, { system: place })
  expect(readSmallFile(file, windowStateSchema)).toEqual({ system: place })
  expect(readdirSync(join(folder, 'deep'))).toEqual(['windows.json'])
  writeFileSync(file, '{"system":')
  expect(readSmallFile(file, windowStateSchema)).toBeNull()
})

it('starts in Japanese with the name database, and remembers what was chosen', () => {
  const store = preferencesFile(join(folder, 'preferences.json'))
  expect(store.read()).toEqual({ language: 'ja', openNameDatabase: true })
  store.write({ language: 'en', openNameDatabase: false })
  expect(store.read()).toEqual({ language: 'en', openNameDatabase: false })
})
