import { type ReactNode, useId } from 'react'

export interface FieldProps {
  readonly label: string
  /** What is wrong with the value, or null. */
  readonly wrong?: string | null
  readonly hint?: string
  readonly children: (ids: { readonly id: string; readonly describedBy: string | undefined }) => ReactNode
}

/** A labelled input with its hint and, when it is wrong, what was expected. */
export function Field({ label, wrong = null, hint, children }: FieldProps): ReactNode {
  const id = useId()
  const noteId = `${id}-note`
  const note = wrong ?? hint
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-value">
        {children({ id, describedBy: note === undefined ? undefined : noteId })}
        {note !== undefined && (
          <p id={noteId} className={wrong === null ? 'fine' : 'wrong'} role={wrong === null ? undefined : 'alert'}>
            {wrong === null ? note : `✕ ${note}`}
          </p>
        )}
      </div>
    </div>
  )
}
