import { type ReactNode, useEffect, useId, useState } from 'react'
import { Button } from '../../chrome/button.tsx'
import { useActions, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { useServerName } from '../use-words.ts'
import type { OpenedArchive } from './use-archive.ts'

/** Which archive is looked into, and what is searched for in it. */
export function ArchiveBar(props: {
  readonly archive: OpenedArchive
  /** Something else is shown from now on. */
  readonly onChange: () => void
}): ReactNode {
  const { archive, onChange } = props
  const actions = useActions()
  const { t } = useText()
  const nameOf = useServerName()
  const last = useSnapshot(({ backups }) => backups.last)
  const chosen = useSnapshot((snapshot) => snapshot.archive)
  const [path, setPath] = useState(() => last.find((each) => each.path !== null)?.path ?? '')
  const [text, setText] = useState('')
  const pathId = useId()
  const textId = useId()
  const known = useId()
  const openAt = (at: string) => {
    onChange()
    void archive.open(at, true)
  }
  const open = () => openAt(path)
  const find = () => {
    onChange()
    archive.find(text)
  }
  const browse = async () => {
    const found = await actions.chooseFile('archive')
    if (found === null) return
    setPath(found)
    openAt(found)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice opens another archive
  useEffect(() => {
    if (chosen === null) return
    setPath(chosen)
    onChange()
    void archive.open(chosen, true)
  }, [chosen])
  return (
    <div className="archive-bar">
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          if (path.startsWith('/')) open()
        }}
      >
        <label htmlFor={pathId}>{t('archive.path')}</label>
        <input
          id={pathId}
          list={known}
          value={path}
          maxLength={4096}
          onChange={(event) => setPath(event.target.value)}
        />
        <datalist id={known}>
          {last.flatMap((each) =>
            each.path === null ? [] : [<option key={each.host} value={each.path} label={nameOf(each.host)} />],
          )}
        </datalist>
        <Button label={t('button.browse')} mnemonic="B" asks onPress={() => void browse()} />
        <Button
          label={t('archive.open')}
          mnemonic="O"
          submit
          reason={path.startsWith('/') ? null : t('restore.path-wanted')}
          onPress={open}
        />
      </form>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          if (archive.opened !== null) find()
        }}
      >
        <label htmlFor={textId}>{t('archive.search')}</label>
        <input
          id={textId}
          type="search"
          value={text}
          maxLength={256}
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          label={t('search.run')}
          mnemonic="S"
          submit
          reason={archive.opened === null ? t('archive.open-first') : null}
          onPress={find}
        />
      </form>
    </div>
  )
}
