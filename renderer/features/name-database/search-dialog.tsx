import { type ReactNode, useRef, useState } from 'react'
import type { Entity, EntityKind, SearchResult } from '../../../shared/model/entity.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { Grid } from '../../chrome/grid.tsx'
import type { Sort } from '../../chrome/grid-rows.ts'
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
  const [sort, setSort] = useState<Sort | null>(null)
  const first = useRef<HTMLInputElement>(null)
  const close = () => actions.show(null)
  const organizationName = (id: string | null) => organizations.find((each) => each.id === id)?.name ?? id ?? ''

  const search = async (wanted: string, order: Sort | null) => {
    if (busy) return
    const found = await actions.browse.find(kind, wanted, order, 0)
    if (found === undefined) return
    setSort(order)
    setSearched(wanted)
    setResult(found)
    setSelected([])
  }
  /** The rows found so far and the next ones, so that place `to` is among them. */
  const readTo = async (to: number): Promise<SearchResult | null> => {
    if (result === null || to < result.rows.length || result.rows.length >= result.total) return result
    const { rows } = result
    const page = await actions.browse.find(kind, searched, sort, rows.length, Math.max(200, to + 1 - rows.length))
    if (page === undefined) return result
    const all = { rows: [...rows, ...page.rows], total: page.total }
    setResult(all)
    return all
  }
  const more = async () => {
    if (!busy && result !== null) await readTo(result.rows.length)
  }
  const seek = async (typed: string, from: number) => {
    const place = await actions.browse.locateFound(kind, searched, sort, typed, from)
    return place === null ? null : ((await readTo(place))?.rows[place]?.id ?? null)
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
      title={t(`menu.search-${kind}s`)}
      onClose={close}
      initialFocus={first}
      buttons={<Button label={t('button.close')} mnemonic="C" onPress={close} />}
    >
      <form
        className="search-form"
        onSubmit={(event) => {
          event.preventDefault()
          void search(word, sort)
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
          onPress={() => void search(word, sort)}
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
        sort={sort}
        onSort={(order) => (result === null ? setSort(order) : void search(searched, order))}
        onSeek={result !== null && result.rows.length < result.total ? seek : undefined}
        empty={result === null ? '' : t('list.empty')}
      />
      <p aria-live="polite">{result === null ? '' : t('search.count', { count: format.number(result.total) })}</p>
    </Dialog>
  )
}
