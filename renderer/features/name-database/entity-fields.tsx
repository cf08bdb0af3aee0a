import type { ReactNode, Ref } from 'react'
import { Field } from '../../chrome/field.tsx'

interface Common {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export interface TextFieldProps extends Common {
  readonly maxLength: number
  /** What is wrong with the value, or null. */
  readonly wrong: string | null
  readonly hint?: string
  readonly field?: Ref<HTMLInputElement>
}

export function TextField({ label, value, onChange, maxLength, wrong, hint, field }: TextFieldProps): ReactNode {
  return (
    <Field label={label} wrong={wrong} {...(hint === undefined ? {} : { hint })}>
      {({ id, describedBy }) => (
        <input
          id={id}
          ref={field}
          value={value}
          maxLength={maxLength}
          aria-invalid={wrong !== null}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

export interface ChoiceFieldProps extends Common {
  readonly choices: readonly { readonly value: string; readonly text: string }[]
}

export function ChoiceField({ label, value, onChange, choices }: ChoiceFieldProps): ReactNode {
  return (
    <Field label={label}>
      {({ id }) => (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
