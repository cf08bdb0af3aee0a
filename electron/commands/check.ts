import { type Finding, type Measure, type Severity, severities, worst } from '../../shared/model/check.ts'
import { toProblem } from '../../shared/model/problem.ts'
import { check, type Thresholds } from '../core/check/check.ts'
import { tellMissed } from '../core/check/check-schedule.ts'
import { wrongValue } from './usage-text.ts'
import { type Call, told, type Verb } from './verb.ts'

interface CheckOptions {
  readonly warn: string
  readonly crit: string
  readonly lag: string
  readonly notify?: boolean
  readonly folder?: string
}

export const checkVerb: Verb<CheckOptions> = {
  name: 'check',
  about: {
    ja: '監視プログラム(Nagios,Icinga)の形式で状態を調べる',
    en: 'look at everything, as a plugin for Nagios or Icinga',
  },
  examples: ['untenseki check --warn 26h --crit 50h', 'untenseki check --notify --json'],
  remarks: [
    {
      ja: '終了コードは監視プログラムの約束に従う: 0 OK,1 WARNING,2 CRITICAL,3 UNKNOWN。ほかのコマンドの終了コードとは異なる。値やドメインファイルの誤りも 3 とする。',
      en: 'Exit codes are those of monitoring plugins, not of the other verbs: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; a wrong value and a wrong domain file are 3, too.',
    },
  ],
  shape: (command, pick) =>
    command
      .option(
        '--warn <age>',
        pick({ ja: '前回のバックアップの古さ: WARNING', en: 'age of the last backup for WARNING' }),
        '26h',
      )
      .option(
        '--crit <age>',
        pick({ ja: '前回のバックアップの古さ: CRITICAL', en: 'age of the last backup for CRITICAL' }),
        '50h',
      )
      .option('--lag <age>', pick({ ja: 'レプリケーションの遅れ: WARNING', en: 'replication lag for WARNING' }), '15m')
      .option(
        '--folder <dir>',
        pick({ ja: '予定のファイルを書いたフォルダ', en: 'where the files of the schedule were written' }),
      )
      .option(
        '--notify',
        pick({
          ja: '予定のバックアップが未実行なら通知する',
          en: 'tell people of a scheduled backup that did not happen',
        }),
      ),
  async work(call) {
    const { context, output } = call
    try {
      const thresholds = thresholdsOf(call)
      const folder = call.options.folder === undefined ? null : call.path(call.options.folder)
      const engine = call.engine()
      const findings = await Promise.race([check(engine, thresholds, folder), interrupted(context.signal)])
      if (call.options.notify) await tellMissed(engine, folder)
      const severity = worst(findings)
      if (output.json) {
        output.rows(
          'check',
          findings.map((finding) => ({ ...finding })),
          [],
        )
      } else context.stdout(pluginLine(severity, findings, (text) => output.pick(text)))
      return { exitCode: severities.indexOf(severity), facts: { severity } }
    } catch (error) {
      const found = toProblem(error)
      if (!output.json) context.stdout(`UNTENSEKI UNKNOWN - ${oneLine(output.pick(found.message))}\n`)
      return { exitCode: severities.indexOf('unknown'), facts: { severity: 'unknown', problem: told(found, context) } }
    }
  },
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function thresholdsOf({ options }: Call<CheckOptions>): Thresholds {
  const [warnMs, critMs, lagMs] = [
    ageMs('--warn', options.warn),
    ageMs('--crit', options.crit),
    ageMs('--lag', options.lag),
  ]
  if (critMs < warnMs) throw wrongValue('check', '--crit', options.crit)
  return { warnMs, critMs, lagMs }
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function ageMs(option: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  const ms = Number(number) * (unitsMs[unit] ?? 0)
  if (!(ms > 0 && Number.isSafeInteger(Math.round(ms)))) throw wrongValue('check', option, text)
  return ms
}

/** One line: what is wrong, worst first, or what was looked at; then `|` and the numbers (Monitoring Plugins, guidelines). */
function pluginLine(severity: Severity, findings: readonly Finding[], pick: (text: Finding['text']) => string): string {
  const bad = findings
    .filter((finding) => finding.severity !== 'ok')
    .sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
  const said = (bad.length > 0 ? bad : findings.slice(0, 6)).map(({ text }) => oneLine(pick(text))).join('; ')
  const numbers = findings.flatMap(({ measures }) => measures).map(measureText)
  return `UNTENSEKI ${severity.toUpperCase()} - ${said} | ${numbers.join(' ')}\n`
}

/** A line break or the mark of the numbers inside a text would end it early. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replaceAll('|', '/')
}

function measureText({ label, value, unit, warn, crit }: Measure): string {
  return `'${label}'=${value}${unit};${warn ?? ''};${crit ?? ''};0`
}
