import type { Language } from '../../shared/model/language.ts'
import type { Owner } from '../../shared/model/owner.ts'

const locales: Readonly<Record<Language, string>> = { ja: 'ja-JP', en: 'en-GB' }
const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Numbers, sizes and times as one language writes them. */
export interface Format {
  readonly number: (value: number) => string
  /** Bytes in the largest unit that leaves a whole digit, 1 KB = 1024 B. */
  readonly bytes: (value: number) => string
  readonly percent: (share: number) => string
  /** Local date and time of an ISO 8601 text, with the year unless it is this one; what cannot be read is given back as it is. */
  readonly dateTime: (iso: string) => string
  readonly time: (iso: string) => string
  /** Minutes and seconds, hours before them where there are any. */
  readonly duration: (ms: number) => string
}

/** `now` says which year is this one. */
export function createFormat(language: Language, timeZone?: string, now = () => new Date()): Format {
  const locale = locales[language]
  const zone = timeZone === undefined ? {} : { timeZone }
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  const time = new Intl.DateTimeFormat(locale, { ...clock, ...zone })
  // In English a month is a word: 02/03 is another day on each side of an ocean.
  const day = { month: language === 'ja' ? '2-digit' : 'short', day: '2-digit' } as const
  const dateTime = new Intl.DateTimeFormat(locale, { ...day, ...clock, ...zone })
  const withYear = new Intl.DateTimeFormat(locale, { year: 'numeric', ...day, ...clock, ...zone })
  const yearOf = new Intl.DateTimeFormat('en', { year: 'numeric', ...zone })
  const isThisYear = (iso: string) => yearOf.format(new Date(iso)) === yearOf.format(now())
  const at = (format: Intl.DateTimeFormat, iso: string) => {
    const date = new Date(iso)
    return Number.isNaN(date.getTime()) ? iso : format.format(date)
  }
  return {
    number: (value) => whole.format(value),
    bytes: (value) => {
      let unit = 0
      let rest = value
      while (rest >= 1024 && unit < units.length - 1) {
        rest /= 1024
        unit++
      }
      return `${(unit === 0 || rest >= 100 ? whole : tenths).format(rest)} ${units[unit]}`
    },
    percent: (value) => share.format(Math.floor(value * 100) / 100),
    dateTime: (iso) => (Number.isNaN(Date.parse(iso)) || isThisYear(iso) ? at(dateTime, iso) : at(withYear, iso)),
    time: (iso) => at(time, iso),
    duration,
  }
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** An owner as every screen names it. */
export function ownerName(owner: Owner): string {
  return `${owner.operator}@${owner.host}`
}
