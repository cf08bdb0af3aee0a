import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { toProblem } from '../../../shared/model/problem.ts'
import { moveTape } from './tape.ts'

// There is no drive here. What can be shown is how `mt` is called, and what becomes of what it answers: a program of that
// name stands first in the path and writes down its words.
let base = ''
const { PATH } = process.env
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tape-'))
})
afterEach(() => {
  process.env.PATH = PATH
  rmSync(base, { recursive: true, force: true })
})

function program(ending: string): void {
  const file = join(base, 'mt')
  writeFileSync(file, `#!/bin/sh\nfor each; do printf '[%s]' "$each" >> '${base}/words'; done\n${ending}\n`)
  chmodSync(file, 0o755)
  process.env.PATH = `${base}${delimiter}${PATH}`
}

it('winds and takes out by mt, each word by itself', async () => {
  program('exit 0')
  await moveTape('/dev/nst0', 'rewind')
  await moveTape('/dev/a tape; reboot', 'offline')
  expect(readFileSync(join(base, 'words'), 'utf8')).toBe('[-f][/dev/nst0][rewind][-f][/dev/a tape; reboot][offline]')
})

it('says what the drive refuses, in its words', async () => {
  program('echo "/dev/nst0: No medium found" >&2; exit 1')
  const failure = toProblem(await moveTape('/dev/nst0', 'rewind').catch((thrown: unknown) => thrown))
  expect([failure.code, failure.exitCode, failure.params.text]).toEqual([
    'medium-failed',
    12,
    '/dev/nst0: No medium found',
  ])
})

it('goes without mt where there is none', async () => {
  process.env.PATH = base
  await moveTape('/dev/st0', 'rewind')
})
