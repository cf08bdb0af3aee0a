import { readFile, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Info } from 'csv-parse'
import { type Registration, registrationSchema } from '../../shared/model/entity.ts'
import type { CsvEncoding } from '../../shared/model/import.ts'
import { fail, type Problem, problem } from '../../shared/model/problem.ts'
import { errorText } from './settings-error.ts'

/** The columns in their usual order, each with the heads that name it; the first line of the file holds heads. */
const csvColumns = {
  kind: ['kind', '種別'],
  id: ['id'],
  name: ['name', '名前', '氏名', '名称'],
  org: ['org', '組織id', '組織'],
  server: ['server', 'サーバ'],
  parent: ['parent', '上位掲示板'],
  members: ['members', 'メンバ'],
} as const
type Column = keyof typeof csvColumns

const kinds: Readonly<Record<string, string>> = {
  ユーザ: 'user',
  組織: 'organization',
  グループ: 'group',
  掲示板: 'board',
}

const labels = { 'utf-8': 'utf-8', cp932: 'shift_jis', 'euc-jp': 'euc-jp' } as const

/** Larger files are refused: they are read whole (own decision). */
const largestFile = 64 * 1024 * 1024
const pieceLength = 64 * 1024

/** A file's registrations and its wrong lines, each with the line that an editor shows. */
export type RegistrationCsv = {
  readonly registrations: readonly { readonly line: number; readonly registration: Registration }[]
  readonly wrong: readonly { readonly line: number; readonly problem: Problem }[]
}

/**
 * Reads registrations from a CSV file (RFC 4180, any line end, with or without a byte order mark). A line that is wrong is
 * told and the others are read on. Throws `csv-unreadable`, `csv-too-large`, `csv-heads-wrong`, and `csv-syntax` where quotes
 * do not match, so that nothing after that line can be told.
 */
export async function readRegistrationCsv(file: string, encoding: CsvEncoding): Promise<RegistrationCsv> {
  const { text, undecodable } = decodeLines(await readWhole(file), encoding)
  const registrations: { line: number; registration: Registration }[] = []
  const wrong = undecodable.map((line) => ({ line, problem: problem('csv-encoding-wrong', { encoding }) }))
  const bad = new Set(undecodable)
  let heads: readonly Column[] | null = null
  for await (const { record, line } of records(file, text)) {
    if (heads === null) {
      heads = readHeads(file, record)
      continue
    }
    if (bad.has(line)) continue
    const found = toRegistration(heads, record)
    if ('code' in found) wrong.push({ line, problem: found })
    else registrations.push({ line, registration: found })
  }
  if (heads === null) throw fail('csv-heads-wrong', { file, text: '', heads: Object.keys(csvColumns).join(',') })
  return { registrations, wrong: wrong.sort((one, other) => one.line - other.line) }
}

async function readWhole(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file)
    if (size <= largestFile) return await readFile(file)
  } catch (error) {
    throw fail('csv-unreadable', { file, text: errorText(error) }, error)
  }
  throw fail('csv-too-large', { file, megabytes: largestFile / 1024 / 1024 })
}

/** Decodes line by line, so that a wrong byte spoils its own line only: in these encodings LF is always a line feed. */
function decodeLines(bytes: Buffer, encoding: CsvEncoding): { text: string; undecodable: readonly number[] } {
  const decoder = new TextDecoder(labels[encoding], { fatal: true, ignoreBOM: true })
  const lines: string[] = []
  const undecodable: number[] = []
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, from)
    const end = feed < 0 ? bytes.length : feed + 1
    try {
      lines.push(decoder.decode(bytes.subarray(from, end)))
    } catch {
      lines.push(feed < 0 ? '?' : '?\n')
      undecodable.push(lines.length)
    }
    from = end
  }
  return { text: lines.join('').replace(/^\uFEFF/, ''), undecodable }
}

async function* records(file: string, text: string): AsyncGenerator<{ record: readonly string[]; line: number }> {
  const { CsvError, parse } = await import('csv-parse')
  const pieces: string[] = []
  for (let from = 0; from < text.length; from += pieceLength) pieces.push(text.slice(from, from + pieceLength))
  const parser = Readable.from(pieces).pipe(
    parse({ info: true, trim: true, relax_column_count: true, skip_empty_lines: true }),
  )
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (record.some((value) => value !== '')) yield { record, line: info.lines }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw fail('csv-syntax', { file, line: Number(error.lines ?? 0), text: error.message }, error)
  }
}

function readHeads(file: string, record: readonly string[]): readonly Column[] {
  const wrong = (text: string) => fail('csv-heads-wrong', { file, text, heads: Object.keys(csvColumns).join(',') })
  const heads = record.map((head) => {
    const found = (Object.keys(csvColumns) as Column[]).find((column) =>
      (csvColumns[column] as readonly string[]).includes(head.toLowerCase()),
    )
    if (found === undefined) throw wrong(head.slice(0, 40))
    return found
  })
  if (!heads.includes('name')) throw wrong(csvColumns.name[0])
  const twice = heads.find((head, index) => heads.indexOf(head) < index)
  if (twice !== undefined) throw wrong(twice)
  return heads
}

function toRegistration(heads: readonly Column[], record: readonly string[]): Registration | Problem {
  if (record.length !== heads.length) {
    return problem('csv-fields-wrong', { found: record.length, expected: heads.length })
  }
  const value = (column: Column): string | undefined => {
    const at = heads.indexOf(column)
    return at < 0 || record[at] === '' ? undefined : record[at]
  }
  const kind = value('kind') ?? 'user'
  const written = {
    kind: kinds[kind] ?? kind,
    name: value('name') ?? '',
    id: value('id'),
    organizationId: value('org'),
    host: value('server'),
    parentId: value('parent'),
    members: value('members')
      ?.split(/[\s;,]+/)
      .filter((id) => id !== ''),
  }
  const parsed = registrationSchema.safeParse(
    Object.fromEntries(Object.entries(written).filter(([, each]) => each !== undefined)),
  )
  if (parsed.success) return parsed.data
  const column = columnOf(String(parsed.error.issues[0]?.path[0] ?? ''))
  return problem('csv-value-wrong', { column, value: (value(column) ?? '').replace(/\p{Cc}/gu, ' ').slice(0, 40) })
}

const fields: Readonly<Record<string, Column>> = { organizationId: 'org', host: 'server', parentId: 'parent' }

function columnOf(field: string): Column {
  return fields[field] ?? (field in csvColumns ? (field as Column) : 'name')
}
