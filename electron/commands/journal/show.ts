import { serverOf } from '../../core/engine.ts'
import { wrongValue } from '../usage-text.ts'
import type { Verb } from '../verb.ts'

interface ShowOptions {
  readonly server: string
  readonly segment?: string
  readonly from?: string
}

export const journalShow: Verb<ShowOptions> = {
  name: 'show',
  about: { ja: 'ジャーナルの記録を表示する', en: 'show the records of a journal' },
  examples: ['untenseki journal show --server hq-mas --from 1200'],
  shape: (command, pick) =>
    command
      .requiredOption('--server <host>', pick({ ja: 'ホスト名', en: 'host name' }))
      .option('--segment <n>', pick({ ja: '退避したセグメントだけ', en: 'only this sealed segment' }))
      .option('--from <n>', pick({ ja: 'この変更番号から', en: 'from this change number on' })),
  async work({ engine, output, options }) {
    const { journals, domain } = engine()
    const number = (name: 'segment' | 'from'): number | undefined => {
      const given = options[name]
      if (given === undefined) return undefined
      if (!/^\d{1,15}$/.test(given)) throw wrongValue('journal show', `--${name}`, given)
      return Number(given)
    }
    const segment = number('segment')
    const from = number('from')
    const which = { ...(segment === undefined ? {} : { segment }), ...(from === undefined ? {} : { from }) }
    let records = 0
    let corrupt = 0
    const rows: Record<string, unknown>[] = []
    for (const row of journals.records(serverOf(domain, options.server).host, which)) {
      if ('corrupt' in row) {
        corrupt += 1
        if (output.json) output.rows('corrupt', [{ segment: row.segment, ...row.corrupt }], [])
        const { file, line, offset, text } = row.corrupt
        rows.push({ segment: row.segment, number: '!', name: `${file}:${line} (${offset}) ${text}` })
        continue
      }
      records += 1
      const { change } = row
      if (output.json) {
        output.rows('record', [{ segment: row.segment, ...change }], [])
        continue
      }
      const entity = change.after ?? change.before
      const { number: at, action, operator } = change
      rows.push({
        segment: row.segment,
        number: at,
        at: change.at,
        operator,
        action,
        id: entity?.id,
        name: entity?.name,
      })
    }
    if (!output.json) {
      output.rows('record', rows, [
        { key: 'segment', title: { ja: 'セグメント', en: 'segment' }, right: true },
        { key: 'number', title: { ja: '変更番号', en: 'change' }, right: true },
        { key: 'at', title: { ja: '日時', en: 'time' } },
        { key: 'operator', title: { ja: '操作者', en: 'operator' } },
        { key: 'action', title: { ja: '操作', en: 'action' } },
        { key: 'id', title: { ja: 'ID', en: 'id' } },
        { key: 'name', title: { ja: '名前', en: 'name' } },
      ])
    }
    if (corrupt > 0) output.log({ ja: `壊れている箇所: ${corrupt}`, en: `Damaged places: ${corrupt}` })
    return { exitCode: corrupt > 0 ? 1 : 0, facts: { records, corrupt } }
  },
}
