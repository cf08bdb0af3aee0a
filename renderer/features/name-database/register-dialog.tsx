import { type ReactNode, useRef, useState } from 'react'
import { entityIdSchema, entityNameSchema } from '../../../shared/model/entity.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Field } from '../../chrome/field.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'

/** Registers a user or an organisation below the chosen node; it closes once the change is acknowledged. */
export function RegisterDialog({ node }: { readonly node: string | null }): ReactNode {
  const actions = useActions()
  const { t } = useText()
  const organizations = useApp((state) => state.browse.organizations)
  const servers = useSnapshot((snapshot) => snapshot.servers).filter((server) => server.roles.includes('mail'))
  const busy = useApp((state) => state.busy.includes('directory.register'))
  const [kind, setKind] = useState<'user' | 'organization'>('user')
  const [name, setName] = useState('')
  const [id, setId] = useState('')
  const [parent, setParent] = useState(node ?? '')
  const [host, setHost] = useState(servers[0]?.host ?? '')
  const [checked, setChecked] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const nameWrong = !entityNameSchema.safeParse(name).success
  const idWrong = id !== '' && !entityIdSchema.safeParse(id).success
  const close = () => actions.show(null)

  const register = () => {
    setChecked(true)
    if (nameWrong || idWrong || busy) return
    void actions.browse.register({
      kind,
      name,
      ...(id === '' ? {} : { id }),
      ...(parent === '' ? {} : { organizationId: parent }),
      ...(kind === 'user' && host !== '' ? { host } : {}),
    })
  }

  return (
    <Dialog
      title={t('register.title')}
      onClose={close}
      initialFocus={first}
      buttons={
        <>
          <Button label={t('button.ok')} mnemonic="O" reason={busy ? t('reason.busy') : null} onPress={register} />
          <Button label={t('button.cancel')} mnemonic="C" onPress={close} />
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          register()
        }}
      >
        <fieldset className="choices choices-row">
          <legend>{t('register.kind')}</legend>
          {(['user', 'organization'] as const).map((each) => (
            <label key={each}>
              <input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />
              {t(`register.${each}`)}
            </label>
          ))}
        </fieldset>
        <Field
          label={t(kind === 'user' ? 'register.user-name' : 'register.organization-name')}
          wrong={checked && nameWrong ? t('register.name-wrong') : null}
        >
          {({ id: field, describedBy }) => (
            <input
              id={field}
              ref={first}
              value={name}
              maxLength={128}
              aria-invalid={checked && nameWrong}
              aria-describedby={describedBy}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('register.id')}
          hint={t('register.id-hint')}
          wrong={checked && idWrong ? t('register.id-wrong') : null}
        >
          {({ id: field, describedBy }) => (
            <input
              id={field}
              value={id}
              maxLength={32}
              aria-invalid={checked && idWrong}
              aria-describedby={describedBy}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('register.parent')}>
          {({ id: field }) => (
            <select id={field} value={parent} onChange={(event) => setParent(event.target.value)}>
              <option value="">{t('database.top')}</option>
              {organizations.map((each) => (
                <option key={each.id} value={each.id}>{`${each.name} (${each.id})`}</option>
              ))}
            </select>
          )}
        </Field>
        {kind === 'user' && (
          <Field label={t('register.host')}>
            {({ id: field }) => (
              <select id={field} value={host} onChange={(event) => setHost(event.target.value)}>
                {servers.map((server) => (
                  <option key={server.host} value={server.host}>{`${server.name} (${server.host})`}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        <button type="submit" className="for-readers" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  )
}
