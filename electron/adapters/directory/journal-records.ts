import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Domain } from '../../../shared/model/domain.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { JournalRow, JournalStore } from '../../core/ports/journal-store.ts'
import { journalPlaces, listSegments } from '../../formats/journal-folder.ts'
import { readWhatIsWhole } from '../../formats/journal-record.ts'

/** The records of the journals on this machine's disks, whether or not a service runs. */
export function journalRecords(domain: Domain): JournalStore['records'] {
  return function* (host, { segment, from = 0 } = {}): Generator<JournalRow> {
    const place = journalPlaces(domain).find((one) => one.host === host)
    if (place === undefined) throw fail('journal-not-kept', { host })
    const sealed = listSegments(place).map(({ id }) => ({
      segment: id,
      file: join(place.sealedFolder, String(id), 'journal', basename(place.file)),
    }))
    const all = [...sealed, { segment: null, file: place.file }]
    const wanted = segment === undefined ? all : all.filter((one) => one.segment === segment)
    if (wanted.length === 0) {
      throw fail('segment-unknown', {
        host,
        segment: segment ?? '-',
        segments: sealed.map((one) => one.segment).join(', '),
      })
    }
    for (const one of wanted) {
      if (!existsSync(one.file)) continue
      for (const found of readWhatIsWhole(one.file)) {
        if ('corrupt' in found) yield { segment: one.segment, corrupt: found.corrupt }
        else if (found.record.number >= from) {
          const { previous: _, ...change } = found.record
          yield { segment: one.segment, change }
        }
      }
    }
  }
}
