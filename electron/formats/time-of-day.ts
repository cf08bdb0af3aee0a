/** The times of day `HH:MM` (local time, as the process knows it) after `from`, in order. */
export function dailyAfter(at: string, from: Date, count: number): readonly Date[] {
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  const times: Date[] = []
  for (let day = 0; times.length < count; day += 1) {
    const time = new Date(from.getFullYear(), from.getMonth(), from.getDate() + day, hours, minutes)
    if (time > from) times.push(time)
  }
  return times
}

/** Whether a text is a time of day from 00:00 to 23:59. */
export function isTimeOfDay(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
}
