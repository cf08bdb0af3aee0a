import { repairVerb } from '../repair.ts'
import type { Verb } from '../verb.ts'
import { documented, ours } from './remarks.ts'

interface RepairOptions {
  readonly acceptLoss?: string
}

export const adrsmchj: Verb<RepairOptions> = {
  name: 'adrsmchj',
  about: { ja: 'マスタ管理サーバのデータ修復を行う', en: "repair the master's restored data from its journals" },
  examples: ['adrsmchj', 'untenseki adrsmchj --yes'],
  remarks: [
    documented('ジャーナルからマスタ管理サーバのデータを修復する。', "repairs the master's data from its journal."),
    ours(
      'オプション,確認の問い合わせ,対象のジャーナル,終了コード(「untenseki repair --server MASTER」と同じ)。',
      'its options, the confirmation, which journals are read, the exit codes: those of "untenseki repair --server MASTER".',
    ),
  ],
  shape: (command, pick) =>
    command.option(
      '--accept-loss <numbers>',
      pick({
        ja: '失うことを認める変更番号(111-115,120)',
        en: 'change numbers whose loss is accepted (111-115,120)',
      }),
    ),
  work: (call) => repairVerb.work({ ...call, options: { ...call.options, server: 'MASTER' } }),
}
