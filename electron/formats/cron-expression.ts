/** The five fields of crontab(5), each as the numbers that it allows. */
export interface CronExpression {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** 0 is Sunday. */
  readonly weekdays: readonly number[]
  /** Both day fields name days: either is enough then (crontab(5)), else both have to fit. */
  readonly eitherDay: boolean
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Reads `minute hour day month weekday`, one blank between them; null for what cron does not understand. */
export function parseCron(text: string): CronExpression | null {
  const fields = text.split(' ')
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const minutes = numbersOf(minute, 0, 59)
  const hours = numbersOf(hour, 0, 23)
  const days = numbersOf(day, 1, 31)
  const months = numbersOf(month, 1, 12, monthNames)
  const weekdays = numbersOf(weekday, 0, 7, dayNames)?.map((number) => number % 7)
  if (fields.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return null
  return { minutes, hours, days, months, weekdays, eitherDay: !day.startsWith('*') && !weekday.startsWith('*') }
}

/** A list of numbers, names, ranges and `*`, the last two with a step; null for anything else. */
function numbersOf(
  field: string,
  first: number,
  last: number,
  names: readonly string[] = [],
): readonly number[] | null {
  const found = new Set<number>()
  const numberOf = (word: string) => {
    const name = names.indexOf(word.toLowerCase())
    return name >= 0 ? name + first : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN
  }
  for (const part of field.split(',')) {
    const [, range = '', step] = /^(\*|\w+(?:-\w+)?)(?:\/(\d{1,2}))?$/.exec(part) ?? []
    const [from = '', to] = range.split('-')
    const low = range === '*' ? first : numberOf(from)
    const high = range === '*' ? last : numberOf(to ?? from)
    const by = step === undefined ? 1 : Number(step)
    const single = range !== '*' && to === undefined
    if (!(low >= first && high <= last && low <= high && by > 0) || (single && step !== undefined)) return null
    for (let number = low; number <= high; number += by) found.add(number)
  }
  return [...found].sort((one, other) => one - other)
}

/** Longer than from one 29 February to the next, also where a century's year has none. */
const horizonDays = 8 * 366 + 1

/** The first `count` times (local time, as the process knows it) after `from` that fit, in order; fewer where none follow. */
export function cronAfter(expression: CronExpression, from: Date, count: number): readonly Date[] {
  const { minutes, hours, months } = expression
  const times: Date[] = []
  for (let offset = 0; times.length < count && offset < horizonDays; offset += 1) {
    const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + offset)
    if (!months.includes(day.getMonth() + 1) || !fitsDay(expression, day)) continue
    for (const hour of hours) {
      for (const minute of minutes) {
        const time = new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute)
        // Where the clocks go forward two of these are the same moment, or in another order.
        if (time > (times.at(-1) ?? from) && times.length < count) times.push(time)
      }
    }
  }
  return times
}

function fitsDay({ days, weekdays, eitherDay }: CronExpression, day: Date): boolean {
  const [date, weekday] = [days.includes(day.getDate()), weekdays.includes(day.getDay())]
  return eitherDay ? date || weekday : date && weekday
}
