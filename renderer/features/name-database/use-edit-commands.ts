import { editLimit } from '../../../shared/model/entity.ts'
import { targetsOf } from '../../store/state.ts'
import { useActions, useApp } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useEditReason } from './use-edit-reason.ts'

export const editCommands = ['register', 'change', 'delete', 'undo', 'import'] as const
export type EditCommand = (typeof editCommands)[number]

/** 登録, 修正, 削除, 元に戻す and CSVから登録: why each cannot be given now, and what it does. */
export function useEditCommands() {
  const actions = useActions()
  const { t, format } = useText()
  const closed = useEditReason()
  const browse = useApp((state) => state.browse)
  const targets = targetsOf(browse)
  const [first] = targets

  const ownReason = (command: EditCommand): string | null => {
    switch (command) {
      case 'change':
        if (first === undefined) return t('reason.nothing-chosen')
        return targets.length > 1 ? t('reason.one-only') : null
      case 'delete':
        if (first === undefined) return t('reason.nothing-chosen')
        return targets.length > editLimit ? t('reason.too-many', { limit: format.number(editLimit) }) : null
      case 'undo':
        return browse.undo === null ? t('reason.nothing-to-undo') : null
      case 'register':
      case 'import':
        return null
    }
  }
  return {
    isEdit: (command: string): command is EditCommand => editCommands.some((each) => each === command),
    reason: (command: EditCommand) => closed ?? ownReason(command),
    perform(command: EditCommand): void {
      if (command === 'undo') void actions.browse.undo()
      else if (command === 'delete') actions.show({ kind: command, entities: targets })
      else if (command !== 'change') actions.show({ kind: command })
      else if (first !== undefined) actions.show({ kind: command, entity: first })
    },
  }
}
