import { type KeyboardEvent, useRef } from 'react'
import { type KeyRow, type ListMove, moveInList, typeAhead } from './list-keys.ts'

const forgetMs = 800

/** The key handler of a list or tree: movement, opening, and typing ahead within a pause's length. */
export function useListKeys(rows: readonly KeyRow[], current: string | null, act: (move: ListMove) => void) {
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
    const found = typeAhead(rows, current, text)
    if (found === null) return
    event.preventDefault()
    act({ kind: 'go', key: found })
  }
}
