import { type ReactNode, useId } from 'react'

/** A titled area of a window. */
export function Panel(props: { readonly title: string; readonly className?: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className={`panel ${props.className ?? ''}`} aria-labelledby={id}>
      <h2 id={id} className="panel-title">
        {props.title}
      </h2>
      {props.children}
    </section>
  )
}
