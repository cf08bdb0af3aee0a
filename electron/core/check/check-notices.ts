import type { Finding } from '../../../shared/model/check.ts'
import type { Engine } from '../engine.ts'

/** Ways of telling people whose newest notice did not arrive, or whose next one would not: a failure would not reach them either. */
export function checkNotices({ teller }: Engine): Finding[] {
  const untold = teller.untold().map(({ at, message: { ja, en } }) => ({ ja: `${ja} (${at})`, en: `${en} (${at})` }))
  const texts = [...teller.obstacles().map(({ message }) => message), ...untold]
  return texts.map((text) => ({ id: 'notify-failed', severity: 'warning', text, measures: [] }))
}
