import { type ReactNode, useEffect, useRef, useState } from 'react'
import {
  type Edit,
  type Entity,
  type EntityKind,
  entityIdSchema,
  entityNameSchema,
} from '../../../shared/model/entity.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { ChoiceField, TextField } from './entity-fields.tsx'

export interface EntityDialogProps {
  /** Null: something new below `node`. */
  readonly entity: Entity | null
  readonly node: string | null
  readonly kind: EntityKind
}

const kinds = ['user', 'organization', 'group', 'board'] as const

/** 登録 and 修正 of one user, organisation, group or board; it closes once the change is acknowledged. */
export function EntityDialog({ entity, node, kind: first }: EntityDialogProps): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const organizations = useApp((state) => state.browse.organizations)
  const servers = useSnapshot((snapshot) => snapshot.servers).filter((server) => server.roles.includes('mail'))
  const busy = useApp((state) => state.busy.includes('directory.edit'))
  const [kind, setKind] = useState<EntityKind>(entity?.kind ?? first)
  const [name, setName] = useState(entity?.name ?? '')
  const [id, setId] = useState('')
  const [parent, setParent] = useState((entity === null ? node : entity.organizationId) ?? '')
  const [host, setHost] = useState(entity?.host ?? servers[0]?.host ?? '')
  const [above, setAbove] = useState(entity?.parentId ?? '')
  const [memberText, setMemberText] = useState(entity?.members?.join(' ') ?? '')
  const [checked, setChecked] = useState(false)
  const [boards, setBoards] = useState<readonly Entity[]>([])
  const nameField = useRef<HTMLInputElement>(null)
  const members = memberText.split(/[\s,;]+/).filter((member) => member !== '')
  const nameWrong = !entityNameSchema.safeParse(name).success
  const idWrong = id !== '' && !entityIdSchema.safeParse(id).success
  const noUser = kind === 'group' ? members.find((member) => !entityIdSchema.safeParse(member).success) : undefined
  const title = t(entity === null ? 'register.title' : 'change.title')
  const close = () => actions.show(null)

  useEffect(() => {
    if (kind !== 'board') return
    actions.browse.boards().then(setBoards, () => setBoards([]))
  }, [kind, actions])

  const save = () => {
    setChecked(true)
    if (nameWrong || idWrong || noUser !== undefined || busy) return
    void actions.browse.edit(entity === null ? registration() : changeOf(entity))
  }
  const registration = (): Edit => ({
    action: 'register',
    registration: {
      kind,
      name,
      ...(id === '' ? {} : { id }),
      ...(parent === '' ? {} : { organizationId: parent }),
      ...(kind === 'user' && host !== '' ? { host } : {}),
      ...(kind === 'board' && above !== '' ? { parentId: above } : {}),
      ...(kind === 'group' ? { members } : {}),
    },
  })
  const changeOf = (expected: Entity): Edit => ({
    action: 'change',
    kind,
    id: expected.id,
    expected,
    name,
    organizationId: parent === '' ? null : parent,
    ...(kind === 'user' ? { host } : {}),
    ...(kind === 'board' ? { parentId: above === '' ? null : above } : {}),
    ...(kind === 'group' ? { members } : {}),
  })
  const top = entity === null || kind === 'organization' ? [{ value: '', text: t('database.top') }] : []
  const named = (each: Entity) => ({ value: each.id, text: `${each.name} (${each.id})` })
  const others = (list: readonly Entity[]) => list.filter((each) => each.id !== entity?.id || each.kind !== entity.kind)

  return (
    <Dialog
      title={entity === null ? title : `${title} - ${entity.name} (${entity.id})`}
      onClose={close}
      initialFocus={nameField}
      buttons={
        <>
          <Button label={t('button.ok')} mnemonic="O" reason={busy ? t('reason.busy') : null} onPress={save} />
          <Button label={t('button.cancel')} mnemonic="C" onPress={close} />
        </>
      }
    >
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        {entity === null && (
          <fieldset className="choices choices-row">
            <legend>{t('register.kind')}</legend>
            {kinds.map((each) => (
              <label key={each}>
                <input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />
                {t(`register.${each}`)}
              </label>
            ))}
          </fieldset>
        )}
        <TextField
          label={t(`register.${kind}-name`)}
          field={nameField}
          value={name}
          maxLength={128}
          onChange={setName}
          wrong={checked && nameWrong ? t('register.name-wrong') : null}
        />
        {entity === null && (
          <TextField
            label={t('register.id')}
            hint={t('register.id-hint')}
            value={id}
            maxLength={32}
            onChange={setId}
            wrong={checked && idWrong ? t('register.id-wrong') : null}
          />
        )}
        <ChoiceField
          label={t('register.parent')}
          value={parent}
          onChange={setParent}
          choices={[...top, ...(kind === 'organization' ? others(organizations) : organizations).map(named)]}
        />
        {kind === 'user' && (
          <ChoiceField
            label={t('register.host')}
            value={host}
            onChange={setHost}
            choices={servers.map((server) => ({ value: server.host, text: `${server.name} (${server.host})` }))}
          />
        )}
        {kind === 'board' && (
          <ChoiceField
            label={t('register.above')}
            value={above}
            onChange={setAbove}
            choices={[{ value: '', text: t('register.no-above') }, ...others(boards).map(named)]}
          />
        )}
        {kind === 'group' && (
          <Field
            label={t('register.members')}
            hint={t('register.members-hint')}
            wrong={checked && noUser !== undefined ? t('register.members-wrong', { id: noUser }) : null}
          >
            {({ id: field, describedBy }) => (
              <textarea
                id={field}
                rows={3}
                value={memberText}
                aria-describedby={describedBy}
                aria-invalid={checked && noUser !== undefined}
                onChange={(event) => setMemberText(event.target.value)}
              />
            )}
          </Field>
        )}
        <button type="submit" className="for-readers" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  )
}
