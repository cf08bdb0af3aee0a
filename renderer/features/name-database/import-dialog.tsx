import { type ReactNode, useEffect, useRef, useState } from 'react'
import { type CsvEncoding, csvEncodingSchema, type ImportedFile } from '../../../shared/model/import.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { useActions, useApp, useSnapshot } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { TaskView } from '../tasks/task-view.tsx'
import { ChoiceField, TextField } from './entity-fields.tsx'
import { useEditReason } from './use-edit-reason.ts'

/**
 * CSVから登録: checks or registers a file's lines as a task, which says how far it is, can be cancelled, and goes on when the dialog is
 * closed; lists the lines that are wrong with their numbers.
 */
export function ImportDialog(): ReactNode {
  const actions = useActions()
  const { t, say, format } = useText()
  const task = useSnapshot(({ tasks }) => tasks.filter(({ kind }) => kind === 'import').at(-1))
  const sent = useApp((state) => state.busy.includes('directory.import'))
  const closed = useEditReason()
  const going = task?.state === 'running' || task?.state === 'cancelling'
  const busy = sent || going
  const [file, setFile] = useState(task?.subject ?? '')
  const [encoding, setEncoding] = useState<CsvEncoding>('utf-8')
  const [partial, setPartial] = useState(false)
  const [asked, setAsked] = useState(false)
  const [row, setRow] = useState<readonly string[]>([])
  const first = useRef<HTMLInputElement>(null)
  const noFile = !file.startsWith('/')
  const done = task?.imported ?? null
  const close = () => {
    if (task !== undefined && !going) void actions.dismissTask(task.id)
    actions.show(null)
  }

  const { imported } = actions.browse
  useEffect(() => {
    if (done !== null) imported(done)
  }, [done, imported])

  const run = async (dryRun: boolean) => {
    setAsked(true)
    if (!noFile && !busy) await actions.browse.importCsv(file, encoding, partial, dryRun)
  }
  const browse = async () => {
    const chosen = await actions.chooseFile('csv')
    if (chosen !== null) setFile(chosen)
  }

  return (
    <Dialog
      wide
      title={t('import.title')}
      onClose={close}
      initialFocus={first}
      buttons={
        <>
          <Button
            label={t('import.check')}
            mnemonic="K"
            reason={busy ? t('reason.busy') : null}
            onPress={() => void run(true)}
          />
          <Button
            label={t('import.run')}
            mnemonic="R"
            reason={busy ? t('reason.busy') : closed}
            onPress={() => void run(false)}
          />
          <Button label={t('button.close')} mnemonic="C" onPress={close} />
        </>
      }
    >
      <div className="search-form">
        <TextField
          label={t('import.file')}
          field={first}
          value={file}
          maxLength={4096}
          onChange={setFile}
          wrong={asked && noFile ? t('import.no-file') : null}
        />
        <Button label={t('button.browse')} mnemonic="B" asks onPress={() => void browse()} />
      </div>
      <ChoiceField
        label={t('import.encoding')}
        value={encoding}
        onChange={(value) => setEncoding(csvEncodingSchema.catch('utf-8').parse(value))}
        choices={csvEncodingSchema.options.map((value) => ({ value, text: value.toUpperCase() }))}
      />
      <label className="check">
        <input type="checkbox" checked={partial} onChange={(event) => setPartial(event.target.checked)} />
        {t('import.partial')}
      </label>
      <p className="fine">{t('import.columns')}</p>
      {task !== undefined && done === null && <TaskView task={task} label={t('import.title')} />}
      {task?.state === 'cancelled' && <p className="told">{t('import.cancelled')}</p>}
      <p aria-live="polite" className={done === null ? undefined : 'told'}>
        {done === null ? '' : resultText(done)}
      </p>
      {done !== null && done.refusedTotal > 0 && (
        <Grid
          label={t('import.wrong')}
          columns={[
            { id: 'line', label: t('column.line'), numeric: true },
            { id: 'wrong', label: t('column.wrong') },
          ]}
          rows={done.refused.map(({ line, problem }, index) => ({
            key: `${line} ${index}`,
            text: String(line),
            level: 0,
            expanded: null,
            cells: { line: { value: line }, wrong: { value: say(problem.message) } },
          }))}
          selected={row}
          onSelect={setRow}
        />
      )}
      {done !== null && done.refusedTotal > done.refused.length && (
        <p>{t('import.more', { count: format.number(done.refusedTotal - done.refused.length) })}</p>
      )}
    </Dialog>
  )

  function resultText({ lines, registered, refusedTotal, position, dryRun, partial: some }: ImportedFile): string {
    const refused = format.number(refusedTotal)
    if (dryRun)
      return t('import.checked', { lines: format.number(lines), registered: format.number(registered), refused })
    if (refusedTotal > 0 && !some) return t('import.refused', { refused })
    return t('import.done', { registered: format.number(registered), refused, number: format.number(position.number) })
  }
}
