import { fail } from '../../shared/model/problem.ts'

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const

/** `90`, `90s`, `30m`, `2h` as milliseconds; a bare number is seconds. Throws `duration-wrong` (64) naming the option. */
export function durationMs(option: string, given: string): number {
  const [, digits, unit] = /^(\d{1,7}(?:\.\d{1,3})?)([smh]?)$/.exec(given.trim()) ?? []
  if (digits === undefined) throw fail('duration-wrong', { option, given })
  return Math.round(Number(digits) * units[unit === 'm' || unit === 'h' ? unit : 's'])
}
