import { stringify } from 'yaml'
import type { Domain, ServerConfig, ServiceCommands, ServiceConfig } from '../../shared/model/domain.ts'
import { writtenMedia } from './media-settings.ts'
import { writtenNotifications } from './notification-settings.ts'

/** A value on one line, quoted where YAML would read something else. */
function scalar(value: string | number): string {
  // A plain scalar would lose, say, a no-break space at its end; JSON is YAML too.
  if (typeof value === 'string' && /[^\P{Z} ]|[\p{Cf}]/u.test(value)) return JSON.stringify(value)
  return stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd()
}

function service({ id, kind, name, driver, port, commands }: ServiceConfig): readonly string[] {
  return [
    `      - id: ${scalar(id)}`,
    `        kind: ${scalar(kind)}`,
    `        name: ${scalar(name)}`,
    `        driver: ${scalar(driver)}`,
    ...(port === null ? [] : [`        port: ${port}`]),
    ...(commands === null ? [] : programs(commands)),
  ]
}

function programs({ start, stop, status, pidFile }: ServiceCommands): readonly string[] {
  return [
    '        commands:',
    ...Object.entries({ start, stop, status }).map(([key, words]) => `          ${key}: ${list(words)}`),
    ...(pidFile === null ? [] : [`          pidFile: ${scalar(pidFile)}`]),
  ]
}

function list(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`
}

function server(one: ServerConfig, domain: string): readonly string[] {
  return [
    `  - name: ${scalar(one.name)}`,
    `    host: ${scalar(one.host)}`,
    ...(one.site === domain ? [] : [`    site: ${scalar(one.site)}`]),
    `    roles: [${one.roles.join(', ')}]`,
    `    layout: ${one.layout}`,
    `    prefix: ${scalar(one.prefix)}`,
    '    services:',
    ...one.services.flatMap(service),
    ...(one.extraTargets.length === 0 ? [] : [`    extraTargets: ${list(one.extraTargets)}`]),
  ]
}

/** A domain as the text of its file, with comments; `parseDomain` reads the same domain back. */
export function renderDomain(domain: Domain): string {
  return [
    '# アドレス管理ドメインの定義 / The address management domain',
    `domain: ${scalar(domain.name)}`,
    '',
    '# マスタ管理サーバはちょうど1つ。サービスは起動順に書く(停止は逆順)。',
    '# Exactly one master. Services stand in start order; they are stopped in reverse.',
    'servers:',
    ...domain.servers.flatMap((one) => server(one, domain.name)),
    '',
    '# すべてバックアップ対象の外に置く。socketsのパスは短くする。',
    '# All outside every backup target; the path of sockets has to be short.',
    'folders:',
    `  state: ${scalar(domain.folders.state)}`,
    `  sockets: ${scalar(domain.folders.sockets)}`,
    `  backups: ${scalar(domain.folders.backups)}`,
    '',
    '# 排他の有効期間と更新間隔(ミリ秒)。 / Lease of the exclusive lock and its renewal, in milliseconds.',
    'lease:',
    `  ttlMs: ${domain.lease.ttlMs}`,
    `  heartbeatMs: ${domain.lease.heartbeatMs}`,
    '',
    '# サービスの起動と停止を待つ上限(ミリ秒)。 / How long a start and a stop may take, in milliseconds.',
    'limits:',
    `  startTimeoutMs: ${domain.limits.startTimeoutMs}`,
    `  stopTimeoutMs: ${domain.limits.stopTimeoutMs}`,
    '  # 失敗した起動・停止のやり直しの回数。 / How often a start or stop that failed is tried again.',
    `  retries: ${domain.limits.retries}`,
    '  # 停止しないサービスをどうするか(none,term,kill)。 / What to do with a service that will not stop.',
    `  stopEscalation: ${domain.limits.stopEscalation}`,
    ...(domain.limits.downtimeMs === null ? [] : [`  downtimeMs: ${domain.limits.downtimeMs}`]),
    '',
    '# 検証はサービスを起動する前(before-start)か後(after-start)。 / Verify before or after the services start.',
    'policies:',
    `  verify: ${domain.policies.verify}`,
    '  # 途中で終わったバックアップを recover がどうするか(ask,restart-services)。',
    '  # What "recover" does with a backup that died.',
    `  recovery: ${domain.policies.recovery}`,
    '  # 退避ジャーナルを破棄する前に必要な,検証済みアーカイブの世代数。',
    '  # How many verified archives must cover a sealed journal segment before it is discarded.',
    `  discardCover: ${domain.policies.discardCover}`,
    '',
    '# アーカイブの媒体。 / How archives are kept: record size on special files, second copy, what retention keeps.',
    stringify({ media: writtenMedia(domain.media) }, { lineWidth: 0 }).trimEnd(),
    '',
    '# 通知の相手。パスワードはここに書かず,passwordFile か passwordCommand で示す。',
    '# Who is told. A password never stands here: passwordFile or passwordCommand says where it is.',
    stringify({ notifications: writtenNotifications(domain.notifications) }, { lineWidth: 0 }).trimEnd(),
    '',
  ].join('\n')
}
