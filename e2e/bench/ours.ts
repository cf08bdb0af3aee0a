import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileMedium } from '../../electron/adapters/media/file.ts'
import { createArchive } from '../../electron/core/archive/create.ts'
import { extractTo } from '../../electron/core/archive/extract/extract.ts'
import { verifyArchive } from '../../electron/core/archive/verify.ts'
import type { ArchiveHeader } from '../../shared/model/archive.ts'

/** One call of the archive engine in a process of its own: `create LEVEL TREE ARCHIVE`, `verify ARCHIVE`, `restore ARCHIVE FOLDER`. */
const [verb, ...given] = process.argv.slice(2)
const workerPath = join(__dirname, 'archive-worker.cjs')

async function create(level: string, tree: string, to: string): Promise<void> {
  const header: ArchiveHeader = {
    format: 'untenseki-archive',
    version: 1,
    setId: 'bench',
    runId: 'bench',
    domain: 'bench',
    server: 'bench',
    host: 'bench',
    layout: 'hi-ux',
    position: null,
    targets: [tree],
    startedAt: new Date().toISOString(),
    product: 'untenseki',
  }
  await createArchive({ header, targets: [tree], to, medium: fileMedium, workerPath, level: Number(level) })
}

const verbs: Readonly<Record<string, (...args: string[]) => Promise<unknown>>> = {
  create,
  verify: (path) => verifyArchive(path, { workerPath }),
  restore: (archive, to) => extractTo(to, { archive, workerPath }),
}
const act = verbs[verb ?? '']
if (act === undefined) throw new Error(`no such verb: ${verb}`)

/** How long this process's event loop was held up at most, for whoever names a file for it. */
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
export const finished = act(...given).then(() => {
  delay.disable()
  const { STALL_FILE } = process.env
  if (STALL_FILE !== undefined) writeFileSync(STALL_FILE, String(Math.round(delay.max / 1e6)))
})
