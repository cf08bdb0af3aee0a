import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toProblem } from '../../shared/model/problem.ts'
import { encodeRecord, readWhatIsWhole, scanJournal } from './journal-record.ts'
import { readSource } from './journal-sources.ts'
import { sampleRecords, withFolder } from './testing/sample.ts'

const records = sampleRecords(12)
const lines = records.map(encodeRecord)
const whole = Buffer.concat(lines)

// A long run tries other bytes: npm run soak -- fuzz --runs 100000 --seed 7
const { UNTENSEKI_FUZZ_RUNS: runs, UNTENSEKI_FUZZ_SEED: seed } = process.env
const soaked = { numRuns: Number(runs ?? 400), ...(seed === undefined ? {} : { seed: Number(seed) }) }

// Defects that break it: a damaged record that is taken for a torn one, one that is passed over, a good one that is lost
// with its neighbour.
it('cuts a journal anywhere, and only what is whole is read', () =>
  withFolder((folder) => {
    const file = join(folder, 'cut.journal')
    for (let length = 0; length <= whole.length; length += 7) {
      writeFileSync(file, whole.subarray(0, length))
      let complete = 0
      for (let end = 0; complete < lines.length && end + (lines[complete]?.length ?? 0) <= length; complete += 1) {
        end += lines[complete]?.length ?? 0
      }
      const scan = scanJournal(file)
      expect(scan.records).toBe(complete)
      expect([...readWhatIsWhole(file)].filter((one) => 'record' in one)).toHaveLength(complete)
    }
  }))

it('never passes over a byte that was changed, and keeps every record that was not', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'flip.journal')
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] ?? 0) ^ flip
        writeFileSync(file, bytes)
        const numbers: number[] = []
        const source = { kind: 'current', host: 'h', file } as const
        const { damage } = await readSource(source, (change) => numbers.push(change.number))
        const lost = records.map(({ number }) => number).filter((number) => !numbers.includes(number))
        // A line feed that was struck out joins two records; nothing else costs more than one.
        expect(lost.length).toBeLessThanOrEqual(2)
        const torn = scanTorn(file)
        expect(damage.length > 0 || torn).toBe(true)
      }),
      soaked,
    )
  }))

/** Whether a strict reader takes the end for an interrupted write; anywhere else it refuses the file. */
function scanTorn(file: string): boolean {
  try {
    return scanJournal(file).torn
  } catch (error) {
    expect(toProblem(error).code).toBe('journal-corrupt')
    return false
  }
}
