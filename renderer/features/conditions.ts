import type { MenuCondition } from '../../shared/menu.ts'
import type { MessageKey } from '../../shared/messages/ja.ts'
import type { Snapshot } from '../../shared/model/console.ts'

/** Why a condition does not hold, as the text that a grey entry or button shows; null: it holds. */
export function reasonAgainst(condition: MenuCondition, snapshot: Snapshot, host: string | null): MessageKey | null {
  const on = snapshot.session.kind === 'on'
  switch (condition) {
    case 'logged-on':
      return on ? null : 'reason.logged-off'
    case 'logged-off':
      return on ? 'reason.logged-on' : null
    case 'server-chosen':
      return host === null ? 'reason.no-server' : null
  }
}
