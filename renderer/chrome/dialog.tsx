import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { ReactNode, RefObject } from 'react'

interface Common {
  readonly title: string
  readonly children: ReactNode
  /** The row of buttons at its foot. */
  readonly buttons: ReactNode
  /** Escape and the like; undefined: it cannot be left that way. */
  readonly onClose?: (() => void) | undefined
  readonly initialFocus?: RefObject<HTMLElement | null>
  readonly wide?: boolean
}

/** A modal dialog with a title bar; focus stays inside and goes back to where it was. */
export function Dialog({ title, children, buttons, onClose, initialFocus, wide }: Common): ReactNode {
  return (
    <BaseDialog.Root open disablePointerDismissal onOpenChange={(open) => !open && onClose?.()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="dialog-shade" />
        <BaseDialog.Popup className={`dialog${wide ? ' dialog-wide' : ''}`} initialFocus={initialFocus}>
          <BaseDialog.Title className="dialog-title">{title}</BaseDialog.Title>
          <div className="dialog-body">{children}</div>
          <div className="dialog-buttons">{buttons}</div>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}

/** A question or a message that must be answered; `initialFocus` names the safe button. */
export function Alert({ title, children, buttons, onClose, initialFocus }: Common): ReactNode {
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose?.()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="dialog-shade" />
        <AlertDialog.Popup className="dialog dialog-alert" initialFocus={initialFocus}>
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div className="dialog-body" />}>{children}</AlertDialog.Description>
          <div className="dialog-buttons">{buttons}</div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
