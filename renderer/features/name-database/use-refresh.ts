import { useEffect, useRef } from 'react'
import { useActions, useSnapshot } from '../../store/use-app.ts'

/** At most one reading a while, however fast the database changes (an import registers hundreds a second). */
const restMs = 1500

/** Reads the shown rows at the start and again whenever the name database changed or came back. */
export function useRefresh(): void {
  const actions = useActions()
  const position = useSnapshot(({ directory, session }) =>
    directory.kind === 'up' && session.kind === 'on'
      ? `${directory.status.position.timeline} ${directory.status.position.number}`
      : null,
  )
  const last = useRef({ at: Number.NEGATIVE_INFINITY, position: '' })
  useEffect(() => {
    if (position === null || last.current.position === position) return
    const wait = Math.max(0, last.current.at + restMs - performance.now())
    const timer = setTimeout(() => {
      last.current = { at: performance.now(), position }
      void actions.browse.refresh()
    }, wait)
    return () => clearTimeout(timer)
  }, [position, actions])
}
