import { exitCodes } from '../../shared/model/exit-code.ts'
import { csvEncodingSchema } from '../../shared/model/import.ts'
import { problem } from '../../shared/model/problem.ts'
import { importNames } from '../core/operations/import-names.ts'
import type { CommandResult } from './context.ts'
import type { RegisterOptions } from './register.ts'
import { wrongUsage, wrongValue } from './usage-text.ts'
import { type Call, told } from './verb.ts'

/** `register --csv FILE`. Wrong lines are rows on stdout; 64 when they kept everything out, 1 when only themselves. */
export async function importFile(call: Call<RegisterOptions>, file: string): Promise<CommandResult> {
  const { context, engine, options, output, args } = call
  const { csv: _csv, encoding = 'utf-8', partial = false, dryRun = false, ...others } = options
  const given = ['name', 'id', 'org', 'server', 'parent', 'members'].filter((option) => option in others)
  const [first = args[0]] = given
  if (first !== undefined) {
    throw wrongUsage('register', { ja: `--csv と ${first} は同時に指定できません`, en: `--csv excludes ${first}` })
  }
  const known = csvEncodingSchema.safeParse(encoding)
  if (!known.success) throw wrongValue('register', '--encoding', encoding)
  const draw = (text: string) => {
    if (context.stderrIsTerminal) context.stderr(`\r\u001b[K${text}`)
  }
  const outcome = await importNames(engine(), {
    file: call.path(file),
    encoding: known.data,
    partial,
    dryRun,
    onSent: (sent, total) => draw(`${Math.floor((100 * sent) / total)} %  ${sent} / ${total}`),
  }).finally(() => draw(''))
  const { lines, registered, refusedTotal, from, position } = outcome
  if (refusedTotal > 0) {
    const rows = outcome.refused.map(({ line, problem: found }) => ({
      line,
      code: found.code,
      message: output.pick(found.message),
    }))
    output.rows('wrong-line', rows, [
      { key: 'line', title: { ja: '行', en: 'line' }, right: true },
      { key: 'message', title: { ja: '誤り', en: 'what is wrong' } },
    ])
  }
  const facts = { lines, registered, refused: refusedTotal, dryRun, from, position, changeNumber: position.number }
  if (refusedTotal > 0 && !partial) {
    const found = problem('import-refused', { count: refusedTotal })
    output.problem(found)
    return { exitCode: found.exitCode, facts: { ...facts, problem: told(found, context) } }
  }
  output.line(
    dryRun
      ? { ja: `${registered}件を登録できます。登録はしていません`, en: `${registered} can be registered; nothing was` }
      : {
          ja: `${registered}件を登録しました(変更番号 ${from.number} の次から ${position.number} まで)`,
          en: `Registered ${registered} (change numbers after ${from.number}, up to ${position.number})`,
        },
  )
  return { exitCode: refusedTotal > 0 ? exitCodes.warnings : exitCodes.done, facts }
}
