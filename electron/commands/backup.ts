import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerConfig } from '../../shared/model/domain.ts'
import { fail } from '../../shared/model/problem.ts'
import { type Engine, serverOf } from '../core/engine.ts'
import { archiveName } from '../core/operations/archive-name.ts'
import { planBackup } from '../core/operations/backup/plan.ts'
import type { BackupRequest } from '../core/operations/backup/request.ts'
import { isMountPoint } from '../core/operations/mount-point.ts'
import { confirm } from './ask.ts'
import { runBackup } from './backup-run.ts'
import type { CommandResult } from './context.ts'
import { durationMs } from './duration.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import { showPlannedSteps } from './planned-steps.ts'
import { bytesText } from './units.ts'
import { type Call, told, type Verb } from './verb.ts'

interface BackupOptions extends VolumeOptions {
  readonly server?: string
  readonly all?: boolean
  readonly to: string
  readonly wait?: string
  readonly downtimeLimit?: string
  readonly dryRun?: boolean
  readonly mounted?: boolean
  readonly overwriteMedium?: boolean
}

export const backupVerb: Verb<BackupOptions> = {
  name: 'backup',
  about: {
    ja: '運転席を停止した状態で,サーバを自動でバックアップする(停止,コピー,ジャーナルの退避,検証,起動)',
    en: 'back servers up with no console on: stop, copy, seal the journals, verify, start',
  },
  examples: [
    'untenseki backup --server MASTER --to /backup/ --yes',
    'untenseki backup --server tk-ml1,os-ml1 --to /backup/ --wait 600 --downtime-limit 30m --yes',
    'untenseki backup --server tk-ml1 --to /dev/nst0 --overwrite-medium --yes',
    'untenseki backup --all --to /backup/ --dry-run',
  ],
  tellsRefusal: true,
  shape: (command, pick) =>
    command
      .option(
        '--server <hosts>',
        pick({ ja: 'ホスト名(コンマ区切り),又は MASTER', en: 'host names, with commas, or MASTER' }),
      )
      .option('--all', pick({ ja: 'すべてのサーバ', en: 'every server' }))
      .requiredOption(
        '--to <path>',
        pick({
          ja: '新しいアーカイブの名前,又はフォルダ(複数のサーバではフォルダ)',
          en: 'name of the new archive, or a folder (for several servers: a folder)',
        }),
      )
      .option(
        '--wait <seconds>',
        pick({ ja: 'レプリケーションの完了を待つ時間', en: 'how long to wait for replication to complete' }),
      )
      .option(
        '--downtime-limit <time>',
        pick({
          ja: '停止時間の上限(30m,90s など)。達すると打ち切って起動する',
          en: 'longest outage (30m, 90s, …): then the archive is given up and the services start',
        }),
      )
      .option(
        '--mounted',
        pick({
          ja: '--to のフォルダに媒体がマウントされていなければ実行しない',
          en: 'refuse where nothing is mounted on the folder of --to',
        }),
      )
      .option(volumeOption.flags, pick(volumeOption.about))
      .option('--overwrite-medium', pick({ ja: '装置の内容を捨てる', en: 'give up what the device holds' }))
      .option('--dry-run', pick({ ja: '何をするかだけを表示する', en: 'only show what would be done' })),
  async work(call) {
    const { options, output, context } = call
    if ((options.server === undefined) === (options.all !== true)) throw fail('server-or-all')
    const engine = call.engine()
    const request = requestOf(call, engine)
    if (options.dryRun) return dryRun(call, engine, request)
    const names = request.hosts.map((host) => serverOf(engine.domain, host).name).join(', ')
    await confirm(context, options, {
      ja: `${names} のサービスを停止して ${call.path(options.to)} にバックアップしますか。`,
      en: `Stop the services of ${names} and back up to ${call.path(options.to)}?`,
    })
    return runBackup(engine, request, output, context)
  },
}

function requestOf(call: Call<BackupOptions>, engine: Engine): BackupRequest {
  const { options } = call
  const servers = wantedServers(options, engine)
  const waitMs = options.wait === undefined ? 0 : durationMs('--wait', options.wait)
  const limit = options.downtimeLimit
  const downtimeLimitMs = limit === undefined ? engine.domain.limits.downtimeMs : durationMs('--downtime-limit', limit)
  return {
    runbook: 'unattended-backup',
    hosts: servers.map(({ host }) => host),
    places: servers.map((server) => ({ host: server.host, to: archivePath(call, engine, server, servers.length > 1) })),
    options: { waitMs, downtimeLimitMs },
    medium: {
      nextVolume: volumesFor(call.context, options.volume?.map(call.path)),
      overwrite: options.overwriteMedium === true,
    },
  }
}

function wantedServers({ server }: BackupOptions, engine: Engine): readonly ServerConfig[] {
  if (server === undefined) return engine.domain.servers
  return [...new Set(server.split(',').map((host) => serverOf(engine.domain, host.trim())))]
}

/** A folder that is there gets a time-stamped archive inside; anything else is the archive's own name. */
function archivePath(call: Call<BackupOptions>, engine: Engine, server: ServerConfig, several: boolean): string {
  const given = call.path(call.options.to)
  const folder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true
  if (!folder && call.options.to.endsWith('/')) throw fail('medium-folder-missing', { path: given })
  if (call.options.mounted && !isMountPoint(given)) throw fail('medium-not-mounted', { path: given })
  if (several && !folder) throw fail('folder-needed', { path: given })
  return folder ? join(given, archiveName(engine.domain, server, engine.clock.now())) : given
}

async function dryRun(call: Call<BackupOptions>, engine: Engine, request: BackupRequest): Promise<CommandResult> {
  const { output, context } = call
  const { steps, stopped, targets, members, problems, warnings } = await planBackup(engine, request)
  const ids = steps.map(({ id }) => id)
  showPlannedSteps(request.runbook, steps, output)
  output.rows('target', targets, [
    { key: 'host', title: { ja: 'ホスト名', en: 'host' } },
    { key: 'kind', title: { ja: '種類', en: 'kind' } },
    { key: 'path', title: { ja: 'バックアップ対象', en: 'backup target' } },
  ])
  for (const { host, to, bytes, members: count } of members) {
    output.line({
      ja: `${host}: ${count} 件,${bytesText(bytes)} → ${to}`,
      en: `${host}: ${count} members, ${bytesText(bytes)} → ${to}`,
    })
  }
  output.line({ ja: `停止するサーバ: ${stopped.join(', ')}`, en: `Servers that stop: ${stopped.join(', ')}` })
  for (const found of [...problems, ...warnings]) output.problem(found)
  return {
    exitCode: problems[0]?.exitCode ?? warnings[0]?.exitCode ?? 0,
    facts: {
      runbook: request.runbook,
      steps: ids,
      stopped,
      members,
      ...(request.places.length === 1 ? { to: request.places[0]?.to } : { places: request.places }),
      problems: problems.map((found) => told(found, context)),
      warnings: warnings.map((found) => told(found, context)),
    },
  }
}
