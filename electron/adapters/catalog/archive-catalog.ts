import { closeSync, fsyncSync, ftruncateSync, openSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unlock, waitForLockSync } from 'fs-native-extensions'
import { attestedBy, type CatalogEvent, catalogEventSchema, foldCatalog } from '../../../shared/model/catalog.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import type { ArchiveCatalog } from '../../core/ports/archive-catalog.ts'
import { fsyncFolder, makeFolderDurable } from '../../formats/durable-file.ts'
import { readLines } from '../../formats/line-reader.ts'
import { guarded } from '../../formats/state-file.ts'

/** The whole lines and how far they reach; what an interrupted write left behind them is passed over. */
function readWhole(file: string): { readonly events: readonly CatalogEvent[]; readonly bytes: number } {
  const events: CatalogEvent[] = []
  let bytes = 0
  for (const line of readLines(file)) {
    if (!line.ended) break
    events.push(decode(file, line.number, line.bytes))
    bytes = line.end
  }
  return { events, bytes }
}

/** Every line that can be read, whatever stands before it. */
function readReadable(file: string): readonly CatalogEvent[] {
  const events: CatalogEvent[] = []
  for (const line of readLines(file)) {
    try {
      events.push(decode(file, line.number, line.bytes))
    } catch (error) {
      if (toProblem(error).code !== 'catalog-corrupt') throw error
    }
  }
  return events
}

function decode(file: string, line: number, bytes: Buffer | null): CatalogEvent {
  try {
    return catalogEventSchema.parse(JSON.parse(bytes?.toString('utf8') ?? ''))
  } catch (error) {
    throw fail('catalog-corrupt', { file, line }, error)
  }
}

/**
 * What a file holds, read anew only when it is another: the windows ask every second, and the lines of years take a tenth of one. It is looked
 * at before it is read, so that what is appended meanwhile is read the next time.
 */
function remembering<Value>(file: string, read: () => Value): () => Value {
  let last: { readonly stamp: string; readonly value: Value } | null = null
  return () => {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false })
    const stamp = found === undefined ? 'none' : `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`
    if (last?.stamp !== stamp) last = { stamp, value: read() }
    return last.value
  }
}

/** The catalog as `<state>/catalog/archives.jsonl`, mode 0600, one event a line; writers take turns over all processes. */
export function createArchiveCatalog(options: { readonly stateFolder: string }): ArchiveCatalog {
  const folder = join(options.stateFolder, 'catalog')
  const file = join(folder, 'archives.jsonl')
  const folded = remembering(file, () => foldCatalog(readWhole(file).events))

  /** `make` sees what stands now; a torn line is cut first, so that the new one stands on a line of its own. */
  function write(make: (events: readonly CatalogEvent[]) => CatalogEvent): CatalogEvent {
    return guarded(file, () => {
      makeFolderDurable(folder)
      const fd = openSync(file, 'a', 0o600)
      try {
        waitForLockSync(fd, 0, 1)
        const { events, bytes } = readWhole(file)
        ftruncateSync(fd, bytes)
        const event = catalogEventSchema.parse(make(events))
        writeFileSync(fd, `${JSON.stringify(event)}\n`)
        fsyncSync(fd)
        fsyncFolder(folder)
        unlock(fd, 0, 1)
        return event
      } finally {
        closeSync(fd)
      }
    })
  }

  return {
    archived(facts) {
      const made = write((events) => {
        const numbers = events.flatMap((event) => (event.kind === 'archived' ? [event.sequence] : []))
        return { kind: 'archived', sequence: Math.max(0, ...numbers) + 1, ...facts }
      })
      return made.kind === 'archived' ? made.sequence : 0
    },
    append(event) {
      write(() => event)
    },
    entries: () => guarded(file, folded),
    attested: () => guarded(file, () => attestedBy(readReadable(file))),
  }
}
