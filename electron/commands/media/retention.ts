import type { RetentionPolicy } from '../../../shared/model/media.ts'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { verifyArchive } from '../../core/archive/verify.ts'
import { archivesIn } from '../../core/operations/archives-in.ts'
import { planRetention } from '../../core/operations/retention.ts'
import { confirm } from '../ask.ts'
import { progressLine } from '../progress-line.ts'
import type { Verb } from '../verb.ts'

interface RetentionOptions {
  readonly apply?: boolean
}

/**
 * Until it is told to apply, it only shows. The newest archives that a journal's discard counts on are kept whatever the
 * policy says, and before anything goes they are verified anew (own decision): what is removed must not have been the
 * last good one.
 */
export const mediaRetention: Verb<RetentionOptions> = {
  name: 'retention',
  about: {
    ja: '保存世代の規則により,残すアーカイブと削除するアーカイブを示す(--apply で削除)',
    en: 'show which archives the retention policy keeps and which may go; --apply removes them',
  },
  examples: ['untenseki media retention /backup', 'untenseki media retention /backup --apply --yes'],
  shape: (command, pick) =>
    command
      .argument('[folder]')
      .option('--apply', pick({ ja: '検証してから実際に削除する', en: 'verify what stays, then remove the rest' })),
  async work({ engine, args, path, options, output, context }) {
    const { domain, medium, catalog, names } = engine()
    const policy = domain.media.retention
    if (policy === null) throw fail('retention-unset', { file: domain.file })
    const folder = args[0] === undefined ? domain.folders.backups : path(args[0])
    const archives = await archivesIn(folder, domain.name, catalog.entries())
    const ancestry = await names.status().then(
      (status) => status.ancestry,
      (error: unknown) => {
        if (!masterUnasked.includes(toProblem(error).code)) throw error
        output.log(unasked)
        return []
      },
    )
    const known = { ancestry, isProtected: () => false }
    const counted = planRetention(archives, { ...nothing, last: domain.policies.discardCover }, known).keep
    const guarded = new Set(counted.map(({ archive }) => archive))
    const { keep, discard } = planRetention(archives, policy, {
      ancestry,
      isProtected: (archive) => guarded.has(archive),
    })
    const rows = [
      ...keep.map(({ archive, reasons }) => ({ ...archive, fate: 'keep', reasons })),
      ...discard.map((archive) => ({ ...archive, fate: 'discard', reasons: [] })),
    ]
    output.rows('archive', rows, [
      { key: 'fate', title: { ja: '扱い', en: 'fate' } },
      { key: 'reasons', title: { ja: '理由', en: 'because' } },
      { key: 'path', title: { ja: 'アーカイブ', en: 'archive' } },
    ])
    const facts = { folder, kept: keep.length, discarded: discard.map((archive) => archive.path) }
    if (options.apply !== true || discard.length === 0) return { exitCode: 0, facts: { ...facts, applied: false } }
    await confirm(context, options, {
      ja: `アーカイブ ${discard.length} 個を削除しますか。`,
      en: `Remove ${discard.length} archives?`,
    })
    const line = progressLine(context)
    const { signal, workerPath } = context
    for (const { path: good } of guarded)
      await verifyArchive(good, { signal, workerPath, onProgress: line.show }).finally(line.clear)
    for (const { path: gone } of discard) {
      if (signal.aborted) throw signal.reason
      await medium.remove(gone)
    }
    return { exitCode: 0, facts: { ...facts, applied: true } }
  },
}

/** Then archives on both sides of a restore cannot be put in order, and each side keeps as much as if it were the only one. */
const masterUnasked = ['address-service-down', 'address-service-silent']
const unasked = {
  ja: 'マスタ管理サーバに問い合わせできないため,リストアの前と後のアーカイブを別々に数えます',
  en: 'The master cannot be asked for its history: archives before and after a restore are counted apart',
}

const nothing: RetentionPolicy = { last: 0, daily: 0, weekly: 0, monthly: 0 }
