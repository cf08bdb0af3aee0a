import type { ReactNode } from 'react'
import { type Mark, StateMark } from './state-mark.tsx'

/** A line above a window's content that tells what must not be missed. */
export function Notice(props: { readonly mark: Mark; readonly children: string; readonly action?: ReactNode }) {
  return (
    <div className="notice" role="alert">
      <StateMark mark={props.mark} word={props.children} />
      {props.action}
    </div>
  )
}
