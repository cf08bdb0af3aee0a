import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunEvent, RunStarted } from '../../../shared/model/run.ts'
import { bundleChild, killPoint, startChild } from '../../formats/testing/child.ts'
import { problemOf, withFolder } from '../../formats/testing/sample.ts'
import { createRunStore } from './run-store.ts'

const at = '2026-11-22T02:00:14.000Z'
const runId = '20261122T020014Z-1a2b3c'
const started: RunStarted = {
  kind: 'run-started',
  runId,
  runbook: 'master-backup',
  host: 'hq-mas',
  hosts: ['hq-mas'],
  setId: runId,
  steps: ['nxbackup', 'verify'],
  owner: { operator: '佐藤', host: 'console1', pid: 4711, kind: 'console' },
  at,
}
const events: readonly RunEvent[] = [
  { kind: 'step-started', stepId: 'nxbackup', at },
  { kind: 'note', at, text: { ja: '止めました\n改行', en: 'stopped\nline' } },
  { kind: 'step-done', stepId: 'nxbackup', at, receipt: { bytes: 12, path: '/b', segment: null } },
]
const fileIn = (folder: string) => join(folder, 'runs', `${runId}.jsonl`)

function written(folder: string) {
  const store = createRunStore({ stateFolder: folder })
  const journal = store.create(started)
  for (const event of events) journal.append(event)
  return store
}

test('what was recorded is read back, for its owner alone', () =>
  withFolder((folder) => {
    const store = written(folder)
    expect(store.read(runId)).toEqual([started, ...events])
    expect(readFileSync(fileIn(folder), 'utf8').split('\n')).toHaveLength(5)
    expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'runs')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(folder, 'runs'))).toEqual([`${runId}.jsonl`])
  }))

test('runs are listed newest first, and only runs', () =>
  withFolder((folder) => {
    const store = createRunStore({ stateFolder: folder })
    expect(store.list()).toEqual([])
    const ids = ['20251231T235959Z-ffffff', runId, '20261122T020015Z-000000']
    for (const id of ids) store.create({ ...started, runId: id })
    writeFileSync(join(folder, 'runs', 'notes.jsonl'), '')
    expect(store.list()).toEqual([...ids].reverse())
  }))

test('a record is never written over', () =>
  withFolder((folder) => {
    const store = written(folder)
    expect(problemOf(() => store.create(started)).code).toBe('state-folder-failed')
    expect(store.read(runId)).toHaveLength(4)
  }))

test('an unknown run, or a name that is no run, is refused', () =>
  withFolder((folder) => {
    const store = written(folder)
    for (const id of ['20261122T020014Z-000000', '../runs/x', '']) {
      expect(problemOf(() => store.read(id))).toMatchObject({
        code: 'run-unknown',
        exitCode: 64,
        params: { runId: id },
      })
      expect(problemOf(() => store.open(id)).code).toBe('run-unknown')
    }
  }))

test('an event cut anywhere is left out when read, and cut before the next one', () =>
  withFolder((folder) => {
    const store = written(folder)
    const whole = statSync(fileIn(folder)).size
    truncateSync(fileIn(folder), whole - 1)
    expect(store.read(runId)).toEqual([started, ...events.slice(0, 2)])
    store.open(runId).append({ kind: 'cancel-requested', at })
    expect(store.read(runId)).toEqual([started, ...events.slice(0, 2), { kind: 'cancel-requested', at }])
  }))

test.each([
  ['no JSON', '{"kind":"note"\n', 5],
  ['an unknown event', '{"kind":"dance","at":"x"}\n', 5],
  ['a second beginning', `${JSON.stringify(started)}\n`, 5],
])('%s in the middle is a damaged record, never skipped', (_, text, line) =>
  withFolder((folder) => {
    const store = written(folder)
    appendFileSync(fileIn(folder), text)
    const whole = readFileSync(fileIn(folder))
    for (const action of [() => store.read(runId), () => store.open(runId)]) {
      expect(problemOf(action)).toMatchObject({ code: 'run-record-corrupt', params: { file: fileIn(folder), line } })
    }
    expect(readFileSync(fileIn(folder))).toEqual(whole)
  }),
)

test(
  'killed before any of its system calls it keeps every event that was acknowledged',
  () =>
    withFolder(async (folder) => {
      const program = await bundleChild(
        folder,
        `${killPoint}
      import { createRunStore } from '@/electron/adapters/run-store/run-store.ts'
      const [stateFolder, started, events] = process.argv.slice(2)
      const say = (text) => process.stdout.write(text + '\\n')
      const journal = createRunStore({ stateFolder }).create(JSON.parse(started))
      say('created')
      for (const event of JSON.parse(events)) {
        journal.append(event)
        say(event.kind)
      }`,
      )
      for (let killAt = 1; ; killAt += 1) {
        const state = join(folder, `state-${killAt}`)
        const args = [state, JSON.stringify(started), JSON.stringify(events), String(killAt)]
        const { output, end } = await startChild(program, args).ended
        const acknowledged = output.split('\n').length - 1
        const store = createRunStore({ stateFolder: state })
        const read = store.list().flatMap((id) => store.read(id))
        expect(read.length).toBeGreaterThanOrEqual(acknowledged)
        expect([started, ...events].slice(0, read.length)).toEqual(read)
        if (end === 0) break
        expect(end).toBe('SIGKILL')
      }
    }),
  180_000,
)
