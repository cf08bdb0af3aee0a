import { type ReactNode, useRef, useState } from 'react'
import { type CsvEncoding, csvEncodingSchema, type ImportOutcome } from '../../../shared/model/import.ts'
import { Button } from '../../chrome/button.tsx'
import { Dialog } from '../../chrome/dialog.tsx'
import { Grid } from '../../chrome/grid.tsx'
import { useActions, useApp } from '../../store/use-app.ts'
import { useText } from '../../text/use-text.ts'
import { ChoiceField, TextField } from './entity-fields.tsx'
import { useEditReason } from './use-edit-reason.ts'

interface Done {
  readonly outcome: ImportOutcome
  readonly dryRun: boolean
  readonly partial: boolean
}

/** CSVから登録: checks or registers a file's lines, and lists those that are wrong with their numbers. */
export function ImportDialog(): ReactNode {
  const actions = useActions()
  const { t, say, format } = useText()
  const busy = useApp((state) => state.busy.includes('directory.import'))
  const closed = useEditReason()
  const [file, setFile] = useState('')
  const [encoding, setEncoding] = useState<CsvEncoding>('utf-8')
  const [partial, setPartial] = useState(false)
  const [asked, setAsked] = useState(false)
  const [done, setDone] = useState<Done | null>(null)
  const [row, setRow] = useState<readonly string[]>([])
  const first = useRef<HTMLInputElement>(null)
  const noFile = !file.startsWith('/')
  const close = () => actions.show(null)

  const run = async (dryRun: boolean) => {
    setAsked(true)
    if (noFile || busy) return
    setDone(null)
    const outcome = await actions.browse.importCsv(file, encoding, partial, dryRun)
    if (outcome !== undefined) setDone({ outcome, dryRun, partial })
  }
  const browse = async () => {
    const chosen = await actions.browse.chooseCsv()
    if (typeof chosen === 'string') setFile(chosen)
  }

  return (
    <Dialog
      wide
      title={t('import.title')}
      onClose={busy ? undefined : close}
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
          <Button label={t('button.close')} mnemonic="C" reason={busy ? t('reason.busy') : null} onPress={close} />
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
        <Button label={t('import.browse')} mnemonic="B" asks onPress={() => void browse()} />
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
      <p aria-live="polite" className={done === null ? undefined : 'told'}>
        {busy ? t('import.working') : done === null ? '' : resultText(done)}
      </p>
      {done !== null && done.outcome.refusedTotal > 0 && (
        <Grid
          label={t('import.wrong')}
          columns={[
            { id: 'line', label: t('column.line'), numeric: true },
            { id: 'wrong', label: t('column.wrong') },
          ]}
          rows={done.outcome.refused.map(({ line, problem }, index) => ({
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
    </Dialog>
  )

  function resultText({ outcome, dryRun, partial: some }: Done): string {
    const { lines, registered, refusedTotal, position } = outcome
    const refused = format.number(refusedTotal)
    if (dryRun)
      return t('import.checked', { lines: format.number(lines), registered: format.number(registered), refused })
    if (refusedTotal > 0 && !some) return t('import.refused', { refused })
    return t('import.done', { registered: format.number(registered), refused, number: format.number(position.number) })
  }
}
