import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'
import { type RunEvent, runEventSchema } from '../../../shared/model/run.ts'
import { runIdSchema } from '../../../shared/model/run-id.ts'
import type { RunJournal, RunStore } from '../../core/ports/run-store.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { readLines } from '../../formats/line-reader.ts'
import { guarded } from '../../formats/state-file.ts'

function encode(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`
}

function decode(bytes: Buffer | null): RunEvent | null {
  if (bytes === null) return null
  try {
    const parsed = runEventSchema.safeParse(JSON.parse(bytes.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** The whole events of a record, and how far they reach; what an interrupted write left behind them is passed over. */
function readWhole(file: string): { readonly events: readonly RunEvent[]; readonly bytes: number } {
  const events: RunEvent[] = []
  let bytes = 0
  for (const line of readLines(file)) {
    if (!line.ended) break
    const event = decode(line.bytes)
    if (event === null || (event.kind === 'run-started') !== (line.number === 1)) {
      throw fail('run-record-corrupt', { file, line: line.number })
    }
    events.push(event)
    bytes = line.end
  }
  return { events, bytes }
}

function appendDurable(file: string, event: RunEvent): void {
  const fd = openSync(file, 'a', 0o600)
  try {
    writeFileSync(fd, encode(event))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function journalOf(file: string): RunJournal {
  let broken = false
  return {
    append: (event) => {
      if (broken) throw fail('state-folder-failed', { path: file, text: 'an earlier write failed' })
      broken = true
      guarded(file, () => appendDurable(file, event))
      broken = false
    },
  }
}

/** Cuts an interrupted write, so that the next event begins on a line of its own. */
function cutTorn(file: string): void {
  const { bytes } = readWhole(file)
  const fd = openSync(file, 'r+')
  try {
    ftruncateSync(fd, bytes)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Gives a new record its name only once it is whole, and never takes the name of another one. */
function createDurable(file: string, started: RunEvent): void {
  const folder = dirname(file)
  makeFolderDurable(folder)
  const whole = `${file}.new`
  writeFileDurable(whole, encode(started))
  try {
    linkSync(whole, file)
  } finally {
    rmSync(whole, { force: true })
    fsyncFolder(folder)
  }
}

/** The records of runs as `<state>/runs/<runId>.jsonl`, mode 0600, one event a line. */
export function createRunStore(options: { readonly stateFolder: string }): RunStore {
  const folder = join(options.stateFolder, 'runs')
  const fileOf = (runId: string) => join(folder, `${runId}.jsonl`)
  const known = (runId: string): string => {
    const file = fileOf(runId)
    if (!runIdSchema.safeParse(runId).success || !existsSync(file)) throw fail('run-unknown', { runId })
    return file
  }
  return {
    create(started) {
      const file = fileOf(runIdSchema.parse(started.runId))
      guarded(file, () => createDurable(file, started))
      return journalOf(file)
    },
    open(runId) {
      const file = known(runId)
      guarded(file, () => cutTorn(file))
      return journalOf(file)
    },
    read(runId) {
      const file = known(runId)
      return guarded(file, () => readWhole(file).events)
    },
    list() {
      if (!existsSync(folder)) return []
      const ids = guarded(folder, () => readdirSync(folder)).flatMap((name) => {
        const id = name.endsWith('.jsonl') ? name.slice(0, -'.jsonl'.length) : ''
        return runIdSchema.safeParse(id).success ? [id] : []
      })
      return ids.sort().reverse()
    },
  }
}
