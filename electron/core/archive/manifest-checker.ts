import { manifestEntrySchema } from '../../../shared/model/archive.ts'
import { fail } from '../../../shared/model/problem.ts'
import { sha256Hex } from './hash.ts'

/** No line is longer: names end at 4 KiB. */
const MAX_LINE = 128 * 1024

/**
 * Holds the manifest against the members that came before it. Of each member only six bytes of a digest are kept, so a
 * million members cost some megabytes.
 */
export type ManifestChecker = {
  /** A member has ended; this is the line that the manifest must have for it. */
  readonly expect: (line: Buffer | string) => void
  /** The manifest's next bytes. Throws `archive-member-differs` for the first line that is not as expected. */
  readonly push: (bytes: Buffer) => void
  /** The manifest has ended. Throws `archive-manifest-differs` when members are left over. */
  readonly finish: () => void
}

export function createManifestChecker(path: string): ManifestChecker {
  const expected: number[] = []
  let lines = 0
  let rest: Buffer = Buffer.alloc(0)
  const check = (line: Buffer) => {
    if (expected[lines] !== digest(line)) {
      const member = memberOf(line)
      if (member !== null) throw fail('archive-member-differs', { path, member })
      throw fail('archive-manifest-differs', { path, text: `line ${lines + 1}` })
    }
    lines += 1
  }
  return {
    expect: (line) => {
      expected.push(digest(line))
    },
    push: (bytes) => {
      rest = Buffer.concat([rest, bytes])
      let from = 0
      for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
        check(rest.subarray(from, end + 1))
        from = end + 1
      }
      rest = Buffer.from(rest.subarray(from))
      if (rest.length > MAX_LINE) throw fail('archive-manifest-differs', { path, text: `line ${lines + 1}` })
    },
    finish: () => {
      if (rest.length > 0 || lines !== expected.length)
        throw fail('archive-manifest-differs', { path, text: `${lines} / ${expected.length}` })
    },
  }
}

/** Six bytes of the SHA-256: what a number holds exactly. */
function digest(line: Buffer | string): number {
  return Number.parseInt(sha256Hex(line).slice(0, 12), 16)
}

function memberOf(line: Buffer): string | null {
  try {
    return manifestEntrySchema.parse(JSON.parse(line.toString('utf8'))).path
  } catch {
    return null
  }
}
