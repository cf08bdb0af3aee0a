import type { Finding } from '../../../shared/model/check.ts'
import type { Engine } from '../engine.ts'

/** Ways of telling people whose newest notice did not arrive: the next failure would not reach them either. */
export function checkNotices({ teller }: Engine): Finding[] {
  return teller.untold().map(({ at, message }) => ({
    id: 'notify-failed',
    severity: 'warning',
    text: { ja: `${message.ja} (${at})`, en: `${message.en} (${at})` },
    measures: [],
  }))
}
