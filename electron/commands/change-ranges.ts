import type { ChangeRange } from '../../shared/model/position.ts'
import { wrongValue } from './usage-text.ts'

/** Change numbers as an operator types them, `111-115,120`, in ascending order. Throws `usage-wrong` (64). */
export function parseRanges(verb: string, option: string, text: string | undefined): readonly ChangeRange[] {
  if (text === undefined) return []
  let before = 0
  return text.split(',').map((part) => {
    const [, first = '', last = first] = /^\s*([1-9]\d{0,14})(?:-([1-9]\d{0,14}))?\s*$/.exec(part) ?? []
    const range = { first: Number(first), last: Number(last) }
    if (!(range.first > before && range.last >= range.first)) throw wrongValue(verb, option, text)
    before = range.last
    return range
  })
}
