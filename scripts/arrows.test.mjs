import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { judge } from './lib/arrows.mjs'
import { importsOf } from './lib/imports.mjs'
import { root } from './lib/paths.mjs'

/** Judges one file of the given text in a house where every imported file exists. */
function violationsOf(path, text, exists = () => true) {
  return judge([{ path, imports: importsOf(path, text) }], exists)
}

describe('arrows that point the wrong way are caught', () => {
  const cases = [
    [
      'electron/core/archive/writer.ts',
      "import { unix } from '../../adapters/platform/unix.ts'",
      'core may not import adapters',
    ],
    [
      'electron/core/archive/writer.ts',
      "import type { U } from '../../adapters/platform/unix.ts'",
      'core may not import adapters',
    ],
    [
      'electron/core/jobs/job.ts',
      "import { app } from 'electron'",
      'only main, preload, shell, bench-main may import electron',
    ],
    ['electron/core/jobs/job.ts', "import type { App } from 'electron'", 'may import electron'],
    ['electron/core/jobs/job.ts', "export * from '../../compose.ts'", 'core may not import compose'],
    ['electron/core/jobs/job.ts', "const a = await import('../../shell/windows.ts')", 'core may not import shell'],
    ['electron/core/jobs/job.ts', "type A = import('../../wire/frame.ts').Frame", 'core may not import wire'],
    ['electron/core/jobs/job.ts', "const e = require('electron')", 'may import electron'],
    ['electron/core/jobs/job.ts', 'const e = await import(name)', 'cannot be told'],
    [
      'electron/adapters/media/file.ts',
      "import { run } from '../../core/procedure/runner.ts'",
      'adapters may not import core',
    ],
    [
      'electron/adapters/media/file.ts',
      "import { x } from '../../embedded/object-server/main.ts'",
      'adapters may not import embedded',
    ],
    [
      'electron/embedded/mail-server/main.ts',
      "import { x } from '../../core/ports/clock.ts'",
      'embedded may not import core',
    ],
    ['electron/formats/seal.ts', "import { x } from '../wire/frame.ts'", 'formats may not import wire'],
    ['electron/wire/frame.ts', "import { x } from '../core/ports/clock.ts'", 'wire may not import core'],
    [
      'electron/commands/backup.ts',
      "import { x } from '../adapters/media/file.ts'",
      'commands may not import adapters',
    ],
    ['electron/shell/windows.ts', "import { x } from '../compose.ts'", 'shell may not import compose'],
    ['electron/cli.ts', "import { x } from './shell/windows.ts'", 'cli may not import shell'],
    ['electron/service.ts', "import { x } from './core/jobs/job.ts'", 'service may not import core'],
    ['electron/preload.ts', "import { contract } from '../shared/contract.ts'", 'preload may not import shared'],
    ['electron/preload.ts', "import { readFileSync } from 'node:fs'", 'preload may not import node:fs'],
    ['shared/model/run.ts', "import { z } from 'zod'", 'only zod-door may import zod'],
    ['shared/model/run.ts', "import { x } from '../../electron/core/jobs/job.ts'", 'shared may not import core'],
    ['shared/model/run.ts', "import { readFileSync } from 'fs'", 'shared may not import fs'],
    ['shared/model/run.ts', "import yaml from 'yaml'", 'shared may not import the package yaml'],
    ['renderer/store/app.ts', "import { x } from '../../electron/core/jobs/job.ts'", 'renderer may not import core'],
    ['renderer/store/app.ts', "import { z } from 'zod'", 'only zod-door may import zod'],
    ['renderer/store/app.ts', "import { join } from 'node:path'", 'renderer may not import node:path'],
    ['renderer/store/app.test.ts', "import { x } from '../../electron/compose.ts'", 'stay apart'],
    ['electron/core/jobs/job.ts', "import { x } from './job.test.ts'", 'is for tests'],
    ['electron/elsewhere/x.ts', '', 'belongs to no known room'],
  ]
  it.each(cases)('%s: %s', (path, text, why) => {
    const violations = violationsOf(path, text)
    expect(violations).toHaveLength(1)
    expect(violations[0]).toContain(why)
  })

  it('an import of a file that is not there', () => {
    expect(violationsOf('shared/a.ts', "import './b'", () => false)).toEqual([
      'shared/a.ts:1: ./b is not there (extensions are written out)',
    ])
  })
})

describe('arrows that point down pass', () => {
  const cases = [
    ['electron/core/archive/writer.ts', "import { z } from '../../../shared/zod.ts'"],
    ['electron/adapters/media/file.ts', "import type { Medium } from '../../core/ports/medium.ts'"],
    ['electron/adapters/directory/embedded.ts', "import { frame } from '../../wire/frame.ts'"],
    ['electron/compose.ts', "import { writeSample } from './embedded/sample/write.ts'"],
    ['electron/main.ts', "import { app } from 'electron'\nimport { open } from './shell/windows.ts'"],
    [
      'electron/preload.ts',
      "import type { Contract } from '../shared/contract.ts'\nimport { ipcRenderer } from 'electron'",
    ],
    ['electron/archive-worker.ts', "import './core/archive/worker.ts'"],
    ['electron/core/archive/writer.test.ts', "import { open } from '../../compose.ts'\nimport { it } from 'vitest'"],
    ['renderer/chrome/bar.tsx', "import './bar.css'\nimport { create } from 'zustand'\nconst bar = <b />"],
  ]
  it.each(cases)('%s: %s', (path, text) => {
    expect(violationsOf(path, text)).toEqual([])
  })
})

describe('the check itself', () => {
  const houses = []
  afterEach(() => {
    for (const house of houses.splice(0)) rmSync(house, { recursive: true, force: true })
  })

  function runIn(files) {
    const house = mkdtempSync(join(tmpdir(), 'untenseki-arrows-'))
    houses.push(house)
    cpSync(join(root, 'scripts'), join(house, 'scripts'), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
    for (const folder of ['shared', 'electron', 'renderer', 'e2e']) mkdirSync(join(house, folder))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true })
      writeFileSync(join(house, path), text)
    }
    return spawnSync(process.execPath, [join(house, 'scripts', 'arrows.mjs')], { encoding: 'utf8' })
  }
  const sound = {
    'shared/a.ts': "import { b } from './b.ts'\n",
    'shared/b.ts': 'export const b = 1\n',
    'electron/main.ts': "import { b } from '../shared/b.ts'\n",
    'renderer/a.ts': "import { b } from '../shared/b.ts'\n",
    'e2e/a.spec.ts': "import { test } from '@playwright/test'\n",
  }

  it('passes a sound house and says how much it saw', { timeout: 30_000 }, () => {
    const { status, stdout } = runIn(sound)
    expect(stdout).toContain('5 files, 4 imports')
    expect(status).toBe(0)
  })

  it('fails on a violation in a real tree, with file and line', { timeout: 30_000 }, () => {
    const { status, stdout } = runIn({ ...sound, 'shared/c.ts': "\nimport { m } from '../electron/main.ts'\n" })
    expect(stdout).toContain('shared/c.ts:2: shared may not import main')
    expect(status).toBe(1)
  })

  it('fails when it saw no file', { timeout: 30_000 }, () => {
    expect(runIn({}).status).toBe(1)
  })
})
