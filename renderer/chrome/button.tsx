import { type ReactNode, type Ref, useId } from 'react'

export interface ButtonProps {
  readonly label: string
  /** Alt and this letter press it; shown after the label. */
  readonly mnemonic?: string
  /** Ends in an ellipsis: a dialog follows. */
  readonly asks?: boolean
  /** Why it is grey; null: it can be pressed. A grey button keeps its place in the order of focus and tells why. */
  readonly reason?: string | null
  readonly onPress: () => void
  readonly submit?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ label, mnemonic, asks, reason = null, onPress, submit, ref }: ButtonProps): ReactNode {
  const id = useId()
  const grey = reason !== null
  return (
    <>
      <button
        ref={ref}
        type={submit ? 'submit' : 'button'}
        className="button"
        aria-disabled={grey || undefined}
        aria-describedby={grey ? id : undefined}
        aria-keyshortcuts={mnemonic === undefined ? undefined : `Alt+${mnemonic}`}
        data-mnemonic={mnemonic}
        title={reason ?? undefined}
        onClick={(event) => {
          if (submit) event.preventDefault()
          if (!grey) onPress()
        }}
      >
        <Label text={label} mnemonic={mnemonic} />
        {asks ? '…' : ''}
      </button>
      {grey && (
        <span id={id} className="for-readers">
          {reason}
        </span>
      )}
    </>
  )
}

/** A label with its letter, as データベース(D). */
export function Label({
  text,
  mnemonic,
}: {
  readonly text: string
  readonly mnemonic?: string | undefined
}): ReactNode {
  if (mnemonic === undefined) return text
  return (
    <>
      {text}(<u>{mnemonic}</u>)
    </>
  )
}
