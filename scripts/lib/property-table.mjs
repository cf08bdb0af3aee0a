/** What the histories of the property came to: their lines as the test writes them, the figures of a seed, a table of several. */
import { existsSync, readFileSync } from 'node:fs'

/** The histories of a report, a line each; none where none ended. */
export function readHistories(file) {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

/** The figures of the histories of one seed. */
export function totalOf(histories) {
  const counts = {}
  for (const history of histories)
    for (const [what, times] of Object.entries(history.counts)) counts[what] = (counts[what] ?? 0) + times
  const sum = (of) => histories.reduce((total, history) => total + of(history), 0)
  return {
    seed: histories[0]?.seed ?? null,
    histories: histories.length,
    operations: sum(({ done }) => done.length),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    counts: Object.fromEntries(Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1))),
    givenUp: sum(({ givenUp }) => givenUp),
    differences: histories.flatMap(({ seed, path, wrong }) => wrong.map((text) => ({ seed, path, text }))),
    seconds: Math.round(sum(({ seconds }) => seconds)),
  }
}

const all = (counts, ...begins) =>
  Object.entries(counts).reduce(
    (sum, [what, times]) => (begins.some((begin) => what.startsWith(begin)) ? sum + times : sum),
    0,
  )

const columns = [
  ['seed', ({ seed }) => seed],
  ['histories', ({ histories }) => histories],
  ['acknowledged', ({ acknowledged }) => acknowledged],
  ['clears', ({ counts }) => counts.clear ?? 0],
  ['backups (rounds)', ({ counts }) => `${counts.backup ?? 0} (${counts.round ?? 0})`],
  [
    'kills of services, backups, restores',
    ({ counts }) => `${counts.kill ?? 0}, ${all(counts, 'kill of a backup')}, ${all(counts, 'kill of a restore')}`,
  ],
  ['full disks', ({ counts }) => counts['full-disk'] ?? 0],
  ['disasters', ({ counts }) => counts.disaster ?? 0],
  [
    'restores of the master from the newest / an older archive',
    ({ counts }) => `${all(counts, 'restore master, newest')} / ${all(counts, 'restore master, older')}`,
  ],
  ['of a server', ({ counts }) => `${all(counts, 'restore server, newest')} / ${all(counts, 'restore server, older')}`],
  ['of all from one set', ({ counts }) => all(counts, 'restore all')],
  ['refused', ({ counts }) => all(counts, 'restore refused')],
  ['losses listed / accepted', ({ counts }) => `${counts['losses listed'] ?? 0} / ${counts['losses accepted'] ?? 0}`],
  ['lists accepted', ({ counts }) => counts['lists of losses accepted'] ?? 0],
  ['differences', ({ differences }) => differences.length],
  ['seconds', ({ seconds }) => seconds],
]

/** A Markdown table, a row a seed. */
export function propertyTable(totals) {
  const row = (cells) => `| ${cells.join(' | ')} |`
  return [
    row(columns.map(([title]) => title)),
    row(columns.map(() => '---')),
    ...totals.map((total) => row(columns.map(([, cell]) => cell(total)))),
  ].join('\n')
}
