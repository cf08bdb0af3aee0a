/** How bad a finding is, in the order and with the numbers of monitoring plugins (Nagios, Icinga). */
export const severities = ['ok', 'warning', 'critical', 'unknown'] as const
export type Severity = (typeof severities)[number]

/** Something that a check looked at. */
export interface Finding {
  readonly id: string
  readonly severity: Severity
  readonly text: { readonly ja: string; readonly en: string }
  readonly measures: readonly Measure[]
}

/** A number for the monitor's own records: `label=value unit;warn;crit;min`. */
export interface Measure {
  readonly label: string
  readonly value: number
  readonly unit: 's' | 'B' | ''
  readonly warn: number | null
  readonly crit: number | null
}

/** What a plugin says on the whole: critical before unknown, unknown before warning (as the plugins of Nagios do). */
export function worst(findings: readonly { readonly severity: Severity }[]): Severity {
  const found = new Set(findings.map(({ severity }) => severity))
  return (['critical', 'unknown', 'warning'] as const).find((severity) => found.has(severity)) ?? 'ok'
}
