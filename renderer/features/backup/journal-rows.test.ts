import { expect, it } from 'vitest'
import type { JournalSummary } from '../../../shared/model/journal.ts'
import { createText } from '../../text/use-text.ts'
import { journalRows } from './journal-rows.ts'

const content = { records: 1, bytes: 100, oldest: null, newest: null, first: null, last: null }
const journal: JournalSummary = {
  ...content,
  host: 'hq-mas',
  kept: true,
  segments: [1, 2, 3, 4, 5].map((id) => ({ ...content, id, host: 'hq-mas', clearedAt: null, clearedBy: null })),
  discarded: [],
  damage: [],
  warning: null,
}

it.each([
  ['ja', 5, '5 (未保護1)'],
  ['en', 5, '5 (1 not covered)'],
  ['ja', 0, '5'],
] as const)('tells how many of all sealed segments no archive covers: %s, segment %i', (language, bare, shown) => {
  const [row] = journalRows({
    servers: [{ name: '本社マスタ', host: 'hq-mas', site: 's', roles: ['master'], services: [] }],
    journals: [journal],
    coveredBy: (_, segment) => (segment === bare ? [] : ['/b/a.tar.zst']),
    expanded: [],
    roles: () => '',
    text: createText(language),
  })
  expect(row?.cells.sealed).toMatchObject({ value: 5, show: shown })
})
