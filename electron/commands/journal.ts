import { Command } from 'commander'
import type { JournalSummary } from '../../shared/model/journal.ts'
import { fail } from '../../shared/model/problem.ts'
import { serverOf } from '../core/engine.ts'
import { keepLease } from '../core/lock/keep-lease.ts'
import { confirm } from './ask.ts'
import type { CommandContext } from './context.ts'
import { toCommand, type Verb } from './verb.ts'

interface JournalOptions {
  readonly server?: string
}

const journalList: Verb<JournalOptions> = {
  name: 'list',
  about: { ja: 'ジャーナルの内容を一覧表示する', en: 'list what the journals hold' },
  shape: (command, pick) => command.option('--server <host>', pick({ ja: 'ホスト名', en: 'host name' })),
  async work({ engine, output, options }) {
    const { journals, domain } = engine()
    const only = options.server === undefined ? null : serverOf(domain, options.server).host
    const rows = (await journals.list()).filter((row) => only === null || row.host === only)
    output.rows('journal', output.json ? rows : rows.map(journalRow), [
      { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
      { key: 'records', title: { ja: '件数', en: 'records' }, right: true },
      { key: 'bytes', title: { ja: 'バイト', en: 'bytes' }, right: true },
      { key: 'oldest', title: { ja: '最古', en: 'oldest' } },
      { key: 'newest', title: { ja: '最新', en: 'newest' } },
      { key: 'sealed', title: { ja: '退避', en: 'sealed' }, right: true },
    ])
    return { exitCode: 0 }
  },
}

const journalClear: Verb<Required<JournalOptions>> = {
  name: 'clear',
  about: { ja: 'ジャーナルをクリアする(退避する)', en: 'clear a journal (its records are sealed, never removed)' },
  shape: (command, pick) => command.requiredOption('--server <host>', pick({ ja: 'ホスト名', en: 'host name' })),
  async work({ engine, output, options, context }) {
    const { lock, journals, domain, owner, clock } = engine()
    const server = serverOf(domain, options.server)
    const row = (await journals.list()).find((each) => each.host === server.host)
    if (!row?.kept) throw fail('journal-not-kept', { host: server.host })
    await confirm(context, options, {
      ja: `${server.name} のジャーナル ${row.records} 件をクリアしますか(退避して保持します)。`,
      en: `Clear the ${row.records} records of ${server.name}'s journal (they are kept as a sealed segment)?`,
    })
    const held = await lock.acquire(owner, domain.lease.ttlMs)
    const lease = keepLease(() => lock.renew(held.token), {
      ...domain.lease,
      clock,
      refused: (found) => found.code === 'lock-lost',
    })
    try {
      const segment = await journals.seal(server.host, held.token, owner)
      const records = segment?.records ?? 0
      output.line(
        segment
          ? {
              ja: `${records} 件を退避しました(セグメント ${segment.id})`,
              en: `Sealed ${records} records as segment ${segment.id}`,
            }
          : { ja: 'クリアする記録はありません', en: 'There was no record to clear' },
      )
      return { exitCode: 0, facts: { segment, records } }
    } finally {
      lease.stop()
      await lock.release(held.token)
    }
  },
}

/** `untenseki journal list|clear`: ジャーナル. */
export function journalCommand(context: CommandContext, ended: (code: number) => void): Command {
  const command = new Command('journal').description({ ja: 'ジャーナル', en: 'the journals' }[context.language])
  command.addCommand(toCommand(journalList, context, ended))
  return command.addCommand(toCommand(journalClear, context, ended))
}

function journalRow(row: JournalSummary) {
  const { host, kept, records, bytes, oldest, newest, segments } = row
  if (!kept) return { host, records: null, bytes: null, oldest: null, newest: null, sealed: null }
  return { host, records, bytes, oldest, newest, sealed: segments.length }
}
