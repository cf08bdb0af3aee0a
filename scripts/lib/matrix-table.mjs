import { existsSync, readFileSync } from 'node:fs'

/** The rows that a matrix told, a line of JSON each, as it went. */
export function readRows(file) {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** Every case as a row of a Markdown table; what a promise was broken by stands in the last column. */
export function matrixTable(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const body = rows.map(({ book, step, fault, outcome, settledBy, broken }) =>
    line([book, step, fault, outcome, settledBy, broken.join('; ') || '-']),
  )
  return [line(['case', 'step', 'fault', 'outcome', 'settled by', 'broken']), line(Array(6).fill('---')), ...body].join(
    '\n',
  )
}

/** How a case ended: `exit N` of the run, or that it was killed, or was over before. */
function endOf(outcome) {
  const [, ended = 'killed'] = /(exit \d+|ended before)/.exec(outcome) ?? []
  return ended
}

/** Run-books or steps down, faults across; in each cell how often which end was seen, and how many cases broke a promise. */
export function compactTable(rows, by) {
  const lines = [...new Set(rows.map((row) => row[by]))].sort()
  const faults = [...new Set(rows.map(({ fault }) => fault))].sort()
  const cell = (line, fault) => {
    const of = rows.filter((row) => row.fault === fault && row[by] === line)
    const ends = of.map(({ outcome }) => endOf(outcome).replace('exit ', '')).sort()
    const counted = [...new Set(ends)].map((end) => `${end}×${ends.filter((each) => each === end).length}`)
    const broken = of.filter((row) => row.broken.length > 0).length
    return [...counted, ...(broken > 0 ? [`**broken ${broken}**`] : [])].join(' ') || '-'
  }
  const written = (cells) => `| ${cells.join(' | ')} |`
  const body = lines.map((line) => written([line, ...faults.map((fault) => cell(line, fault))]))
  return [written([by, ...faults]), written(Array(faults.length + 1).fill('---')), ...body].join('\n')
}

/** How many cases there were and how they ended, by fault. */
export function summary(name, environment, rows, ms) {
  const byFault = {}
  for (const { fault, outcome, broken } of rows) {
    const ended = endOf(outcome)
    const counted = byFault[fault] ?? { cases: 0, broken: 0 }
    const isBroken = broken.length > 0 ? 1 : 0
    byFault[fault] = {
      ...counted,
      cases: counted.cases + 1,
      broken: counted.broken + isBroken,
      [ended]: (counted[ended] ?? 0) + 1,
    }
  }
  const broken = rows.filter((row) => row.broken.length > 0)
  return {
    soak: name,
    ...environment,
    cases: rows.length,
    broken: broken.length,
    seconds: Math.round(ms / 1000),
    byFault,
    brokenCases: broken.map(({ book, step, fault, broken: what }) => ({ book, step, fault, broken: what })),
  }
}
