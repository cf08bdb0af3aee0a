import { type ReactNode, useRef, useState } from 'react'
import type { Entity, EntityKind, SearchResult } from '../../../shared/model/entity.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { useActions, useApp } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import { entityRow } from './entity-row.ts'

export interface SearchDialogProps {
  readonly kind: EntityKind
  /** Shows an organisation in the window behind. */
  readonly onShow: (organizationId: string) => void
}

/** Finds users, organisations, groups or boards of the whole domain by any part of their name or ID. */
export function SearchDialog({ kind, onShow }: SearchDialogProps): ReactNode {
  const actions = useActions()
  const { t, format } = useText()
  const nameOf = useServerName()
  const organizations = useApp((state) => state.browse.organizations)
  const busy = useApp((state) => state.busy.includes('directory.search'))
  const [word, setWord] = useState('')
  const [searched, setSearched] = useState('')
  const [result, setResult] = useState<SearchResult | null>(null)
  const [selected, setSelected] = useState<readonly string[]>([])
  const first = useRef<HTMLInputElement>(null)
  const close = () => actions.show(null)
  const organizationName = (id: string | null) => organizations.find((each) => each.id === id)?.name ?? id ?? ''

  const search = async () => {
    if (busy) return
    const found = await actions.browse.find(kind, word, 0)
    if (found === undefined) return
    setSearched(word)
    setResult(found)
    setSelected([])
  }
  const more = async () => {
    if (busy || result === null || result.rows.length >= result.total) return
    const page = await actions.browse.find(kind, searched, result.rows.length)
    if (page !== undefined) setResult({ rows: [...result.rows, ...page.rows], total: page.total })
  }
  const show = (id: string) => {
    const entity: Entity | undefined = result?.rows.find((each) => each.id === id)
    const node = entity?.kind === 'organization' ? entity.id : entity?.organizationId
    close()
    if (entity !== undefined && entity.kind !== 'organization') actions.browse.chooseKind(entity.kind)
    onShow(node ?? '')
    if (entity !== undefined && entity.kind !== 'organization') actions.browse.select([entity.id])
  }

  return (
    <Dialog
      wide
      title={t('search.title')}
      onClose={close}
      initialFocus={first}
      buttons={<Button label={t('button.close')} mnemonic="C" onPress={close} />}
    >
      <form
        className="search-form"
        onSubmit={(event) => {
          event.preventDefault()
          void search()
        }}
      >
        <Field label={t('search.word')}>
          {({ id }) => (
            <input
              id={id}
              ref={first}
              type="search"
              maxLength={128}
              value={word}
              onChange={(event) => setWord(event.target.value)}
            />
          )}
        </Field>
        <Button
          label={t('search.run')}
          mnemonic="S"
          reason={busy ? t('reason.busy') : null}
          onPress={() => void search()}
          submit
        />
      </form>
      <Grid
        label={t('search.results')}
        columns={[
          { id: 'id', label: t(`column.${kind}-id`) },
          { id: 'name', label: t(`column.${kind}-name`) },
          { id: 'organization', label: t('column.organization') },
          ...(kind === 'user' ? [{ id: 'host', label: t('column.mail-server') }] : []),
        ]}
        rows={(result?.rows ?? []).map((each) => {
          const row = entityRow(each, nameOf)
          return { ...row, cells: { ...row.cells, organization: { value: organizationName(each.organizationId) } } }
        })}
        selected={selected}
        onSelect={setSelected}
        onOpen={show}
        onEnd={() => void more()}
        empty={result === null ? '' : t('list.empty')}
      />
      <p aria-live="polite">{result === null ? '' : t('search.count', { count: format.number(result.total) })}</p>
    </Dialog>
  )
}
