import { fail } from '../../../shared/model/problem.ts'
import { masterOf, serverOf } from '../../core/engine.ts'
import { keepLease } from '../../core/lock/keep-lease.ts'
import { assertSettings } from '../../core/operations/preflight.ts'
import { confirm } from '../ask.ts'
import type { Verb } from '../verb.ts'

interface ClearOptions {
  readonly server: string
}

export const journalClear: Verb<ClearOptions> = {
  name: 'clear',
  about: { ja: 'ジャーナルをクリアする(退避する)', en: 'clear a journal (its records are sealed, never removed)' },
  examples: ['untenseki journal clear --server hq-mas'],
  shape: (command, pick) => command.requiredOption('--server <host>', pick({ ja: 'ホスト名', en: 'host name' })),
  async work({ engine, output, options, context }) {
    const { lock, journals, domain, owner, clock } = engine()
    const server = serverOf(domain, options.server)
    assertSettings(masterOf(domain))
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
