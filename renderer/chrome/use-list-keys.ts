import { type KeyboardEvent, useRef } from 'react'
import { type KeyRow, type ListMove, moveInList, typeAhead, typedFrom } from './list-keys.ts'

const forgetMs = 800

/** Looks for what was typed in a list of which only a part is here, from that place on. */
export type Seek = (typed: string, from: number) => void

/**
 * The key handler of a list or tree: movement, opening, and typing ahead within a pause's length. With `seek` typing ahead is
 * left to whoever knows the rows that are not here.
 */
export function useListKeys(
  rows: readonly KeyRow[],
  current: string | null,
  act: (move: ListMove) => void,
  seek?: Seek | undefined,
) {
  const typed = useRef({ text: '', at: 0 })
  return (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return
    const move = moveInList(rows, current, { key: event.key, ctrl: event.ctrlKey })
    if (move !== null) {
      event.preventDefault()
      act(move)
      return
    }
    if (event.ctrlKey || event.key.length !== 1 || event.nativeEvent.isComposing) return
    const now = event.timeStamp
    const text = now - typed.current.at < forgetMs ? typed.current.text + event.key : event.key
    typed.current = { text, at: now }
    if (seek !== undefined) {
      event.preventDefault()
      seek(text, typedFrom(rows, current, text))
      return
    }
    const found = typeAhead(rows, current, text)
    if (found === null) return
    event.preventDefault()
    act({ kind: 'go', key: found })
  }
}
