import type { ScheduleView } from '../../../shared/model/schedule.ts'
import { scheduleView } from '../../core/schedule/schedule-view.ts'
import type { CommandResult } from '../context.ts'
import type { Output } from '../output.ts'
import type { Verb } from '../verb.ts'

interface FolderOption {
  readonly folder?: string
}

export const scheduleShow: Verb<FolderOption> = {
  name: 'show',
  about: { ja: '予定,次回,前回の結果を表示する', en: 'show what is planned, when next, and how the last one ended' },
  examples: ['untenseki schedule show'],
  readsOnly: true,
  shape: (command, pick) =>
    command.option('--folder <dir>', pick({ ja: 'ファイルを書いたフォルダ', en: 'where the files were written' })),
  async work({ engine, output, options, path }) {
    return showSchedule(
      await scheduleView(engine(), options.folder === undefined ? null : path(options.folder)),
      output,
    )
  },
}

export function showSchedule(view: ScheduleView, output: Output): CommandResult {
  const { installed, next, last } = view
  if (installed) {
    const { scheduler, calendar, user, files, command } = installed
    output.line({
      ja: `予定: ${calendar} (${scheduler},利用者 ${user})`,
      en: `Planned: ${calendar} (${scheduler}, as ${user})`,
    })
    output.line({ ja: `次回: ${next ?? '-'}`, en: `Next: ${next ?? '-'}` })
    output.line({ ja: command.join(' '), en: command.join(' ') })
    for (const file of files) output.line({ ja: file, en: file })
  } else {
    output.line({ ja: '予定は登録されていません', en: 'Nothing is planned' })
  }
  if (last) {
    const outcome = last.outcome ?? 'unfinished'
    output.line({ ja: `前回: ${last.startedAt} ${outcome}`, en: `Last: ${last.startedAt} ${outcome}` })
  }
  return { exitCode: 0, facts: { schedule: view } }
}
