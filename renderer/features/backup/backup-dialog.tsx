import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../../chrome/button.tsx'
import { Confirm } from '../../chrome/confirm.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { StateMark } from '../../chrome/state-mark.tsx'
import type { Cleared } from '../../store/state.ts'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName, useWords } from '../use-words.ts'
import { journalRows } from './journal-rows.ts'
import { LockLine } from './lock-line.tsx'

/** バックアップ (manual 15.2.3): 排他 is held while it is open; a server's journal is chosen and cleared here. */
export function BackupDialog({ cleared }: { readonly cleared: Cleared | null }): ReactNode {
  const actions = useActions()
  const text = useText()
  const { t, say, format } = text
  const words = useWords()
  const nameOf = useServerName()
  const { servers, directory, lock, backups } = useSnapshot((snapshot) => snapshot)
  const clearing = useApp((state) => state.busy.includes('journal.clear'))
  const closing = useApp((state) => state.busy.includes('backup.close'))
  const [host, setHost] = useState<string | null>(
    () => servers.find((server) => server.roles.includes('master'))?.host ?? null,
  )
  const [expanded, setExpanded] = useState<readonly string[]>([])
  const [asking, setAsking] = useState(false)
  const close = useRef<HTMLButtonElement>(null)
  const status = directory.kind === 'up' ? directory.status : null
  const journal = status?.journals.find((each) => each.host === host)

  const coveredBy = (of: string, segment: number) =>
    backups.coverage.find((each) => each.host === of && each.segment === segment)?.archives ?? []

  const blocked = (): string | null => {
    if (lock.kind !== 'held') return t(lock.kind === 'lost' ? 'backup.lost' : 'backup.opening')
    if (clearing || closing) return t('reason.busy')
    if (host === null) return t('backup.choose')
    if (journal === undefined) return t('backup.unknown')
    return journal.kept ? null : t('backup.not-kept')
  }
  const reason = blocked()
  const told = journal !== undefined && !journal.kept ? t('backup.not-kept') : null
  const leave = () => void actions.closeBackup()
  const busy = clearing || closing ? t('reason.busy') : null
  // 整合性確保 brings registrations, which 排他 refuses: it ends first.
  const reconcile = async () => {
    await actions.closeBackup()
    actions.show({ kind: 'reconcile' })
  }
  const time = (iso: string | null) => (iso === null ? t('dash') : format.dateTime(iso))

  return (
    <Dialog
      wide
      title={t('backup.title')}
      onClose={closing ? undefined : leave}
      initialFocus={close}
      buttons={
        <>
          <Button label={t('clear.button')} mnemonic="J" reason={reason} onPress={() => setAsking(true)} />
          <Button
            label={t('button.close')}
            mnemonic="C"
            reason={closing ? t('reason.busy') : null}
            onPress={leave}
            ref={close}
          />
        </>
      }
    >
      <LockLine lock={lock} />
      <p>{t('backup.servers')}:</p>
      <Grid
        label={t('backup.servers')}
        columns={[
          { id: 'server', label: t('column.server') },
          { id: 'kind', label: t('column.kind') },
          { id: 'journal', label: t('column.journal'), numeric: true },
          { id: 'oldest', label: t('column.oldest') },
          { id: 'newest', label: t('column.newest') },
          { id: 'sealed', label: t('column.sealed'), numeric: true },
        ]}
        rows={journalRows({
          servers,
          journals: status?.journals ?? [],
          coveredBy,
          expanded,
          roles: words.roles,
          text,
        })}
        selected={host === null ? [] : [host]}
        onSelect={(keys) => setHost(keys[0]?.split('#')[0] ?? null)}
        onExpand={(key, open) =>
          setExpanded((before) => (open ? [...before, key] : before.filter((each) => each !== key)))
        }
      />
      {status !== null && status.replicas.length > 0 && (
        <p>
          {t('backup.replication')}{' '}
          {status.replicas.map((each) => `${nameOf(each.host)} ${words.replication(directory, each.host)}`).join(' / ')}
          {status.replicas.some(({ state }) => state !== 'complete') && (
            <>
              {' → '}
              <Button label={t('menu.reconcile')} mnemonic="K" asks reason={busy} onPress={() => void reconcile()} />
            </>
          )}
        </p>
      )}
      {backups.problem !== null && (
        <p className="told">{t('system.backups-unknown', { text: say(backups.problem.message) })}</p>
      )}
      {told !== null && <p className="told">{told}</p>}
      {journal?.warning === 'shared-filesystem' && <p className="told">{t('backup.shared-filesystem')}</p>}
      <div aria-live="polite">{cleared !== null && <ClearedLine cleared={cleared} />}</div>
      {asking && host !== null && (
        <Confirm
          title={t('clear.title')}
          question={t('clear.question', { server: nameOf(host) })}
          lines={[
            t('clear.amount', {
              records: format.number(journal?.records ?? 0),
              from: time(journal?.oldest ?? null),
              to: time(journal?.newest ?? null),
            }),
            t('clear.kept'),
          ]}
          onYes={() => {
            setAsking(false)
            void actions.clearJournal(host)
          }}
          onNo={() => setAsking(false)}
        />
      )}
    </Dialog>
  )
}

function ClearedLine({ cleared }: { readonly cleared: Cleared }): ReactNode {
  const { t, format } = useText()
  const server = useServerName()(cleared.host)
  const { segment } = cleared
  const word =
    segment === null
      ? t('clear.nothing', { server })
      : t('clear.done', { server, records: format.number(segment.records), segment: segment.id })
  return <StateMark mark="done" word={word} />
}
