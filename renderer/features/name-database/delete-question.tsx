import type { ReactNode } from 'react'
import type { Entity } from '../../../shared/model/entity.ts'
import { Confirm } from '../../chrome/confirm.tsx'
import { useActions, useApp } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

/** Names that the question shows; the others are counted. */
const shown = 8

/** Asks before 削除; いいえ is the default. */
export function DeleteQuestion({ entities }: { readonly entities: readonly Entity[] }): ReactNode {
  const actions = useActions()
  const { t, format } = useText()
  const busy = useApp((state) => state.busy.includes('directory.edit'))
  const more = entities.length - shown
  return (
    <Confirm
      title={t('delete.title')}
      question={t('delete.question', { count: format.number(entities.length) })}
      lines={[
        ...entities.slice(0, shown).map(({ kind, id, name }) => `${t(`register.${kind}`)}: ${name} (${id})`),
        ...(more > 0 ? [t('delete.more', { count: format.number(more) })] : []),
        t('delete.effect'),
      ]}
      onYes={() => {
        if (!busy) void actions.browse.remove(entities)
      }}
      onNo={() => actions.show(null)}
    />
  )
}
