import { statSync } from 'node:fs'
import { fail } from '../../../shared/model/problem.ts'
import type { Engine } from '../../core/engine.ts'
import type { Scheduler } from '../../core/ports/scheduler.ts'
import { planJob } from '../../core/schedule/plan-job.ts'
import { installedSchedule, scheduleView } from '../../core/schedule/schedule-view.ts'
import { wrongUsage, wrongValue } from '../usage-text.ts'
import type { Call, Verb } from '../verb.ts'
import { showSchedule } from './show.ts'

interface InstallOptions {
  readonly at: string
  readonly calendar?: string
  readonly server?: string
  readonly all?: boolean
  readonly to?: string
  readonly user?: string
  readonly scheduler?: string
  readonly folder?: string
}

export const scheduleInstall: Verb<InstallOptions> = {
  name: 'install',
  about: { ja: '無人バックアップを毎日の予定に登録する', en: 'have the backup run by itself, every night' },
  examples: [
    'untenseki schedule install --at 02:00 --to /backup',
    'untenseki schedule install --calendar "Mon..Fri 03:30" --all --to /backup --user gmax',
  ],
  remarks: [
    {
      ja: 'systemd が動いていればサービスとタイマ,なければ cron の行を書く。休止中に過ぎた予定は,次の起動後に実行する。',
      en: 'Writes a systemd service and timer where systemd runs, else lines for cron. A night that the machine was off is made up for at its next start.',
    },
  ],
  shape: (command, pick) =>
    command
      .option('--at <HH:MM>', pick({ ja: '毎日の時刻', en: 'time of day' }), '02:00')
      .option(
        '--calendar <expression>',
        pick({ ja: 'systemd.time(7),又は crontab(5) の書式', en: 'as in systemd.time(7), or crontab(5)' }),
      )
      .option(
        '--server <hosts>',
        pick({ ja: 'ホスト名(コンマ区切り,省略時は MASTER)', en: 'host names, with commas (MASTER without it)' }),
      )
      .option('--all', pick({ ja: '全サーバ', en: 'every server' }))
      .option(
        '--to <dir>',
        pick({
          ja: 'アーカイブを置くフォルダ(省略時はドメインファイルの backups)',
          en: "folder for the archives (the domain file's backups without it)",
        }),
      )
      .option(
        '--user <name>',
        pick({
          ja: '実行する利用者(省略時はドメインの所有者)',
          en: "account that runs it (the domain's owner without it)",
        }),
      )
      .option('--scheduler <kind>', 'systemd | cron')
      .option(
        '--folder <dir>',
        pick({ ja: 'ファイルをここに書くだけで,有効にしない', en: 'only write the files there, enable nothing' }),
      ),
  async work(call) {
    const { options, context, output } = call
    const engine = call.engine()
    if (options.all && options.server !== undefined) {
      throw wrongUsage('schedule', {
        ja: '--all と --server は同時に指定できません',
        en: '--all and --server exclude each other',
      })
    }
    const folder = options.folder === undefined ? null : call.path(options.folder)
    const scheduler = chosen(engine, folder, options.scheduler)
    const other = await installedSchedule(engine, folder)
    const job = planJob(engine, {
      at: options.at,
      calendar: options.calendar ?? null,
      server: options.all ? null : (options.server ?? 'MASTER'),
      to: options.to === undefined ? engine.domain.folders.backups : call.path(options.to),
      user: userFor(call, engine),
      ...context.program,
    })
    const installed = await scheduler.install(job)
    // Two schedulers would back up twice a night.
    if (other && other.scheduler.kind !== scheduler.kind) await other.scheduler.remove()
    output.log({ ja: `登録しました: ${installed.files.join(', ')}`, en: `installed ${installed.files.join(', ')}` })
    return showSchedule(await scheduleView(engine, folder), output)
  },
}

function chosen(engine: Engine, folder: string | null, kind: string | undefined): Scheduler {
  const all = engine.schedulers(folder)
  const found = kind === undefined ? all[0] : all.find((each) => each.kind === kind)
  if (!found) throw wrongValue('schedule', '--scheduler', kind ?? '')
  return found
}

/** The superuser names anyone, by default who owns the domain's data; another account only itself. */
function userFor({ options, context }: Call<InstallOptions>, { domain, owner, uid }: Engine): string {
  if (uid !== 0) {
    if (options.user !== undefined && options.user !== owner.operator) throw fail('superuser-only', { uid })
    return owner.operator
  }
  if (options.user !== undefined) {
    if (context.uidOf(options.user) === null) throw wrongValue('schedule', '--user', options.user)
    return options.user
  }
  const state = statSync(domain.folders.state, { throwIfNoEntry: false }) ?? statSync(domain.file)
  return context.userOf(state.uid) ?? owner.operator
}
