import { readFileSync } from 'node:fs'
import type { ServerConfig } from '../../shared/model/domain.ts'
import { fail } from '../../shared/model/problem.ts'
import { parameterFilePath } from './layout.ts'
import { type Expected, errorText, wrongInSettings } from './settings-error.ts'

export const areaUses = ['MASTER', 'DATADIR', 'DICTIONARY', 'OIDINDEX', 'USER', 'INDEX'] as const
export type AreaUse = (typeof areaUses)[number]

export type AreaFile = {
  /** Absolute, 2 to 175 bytes. */
  readonly path: string
  readonly initial: number
  /** Null where the file states none. */
  readonly max: number | null
}

/** One area of the Object Server with its database files, in the file's order. */
export type Area = {
  readonly name: string
  readonly use: AreaUse
  readonly segment: number
  readonly files: readonly AreaFile[]
}

const pathExpectation: Expected = {
  ja: '「/」で始まる2~175バイトのパス',
  en: 'a path of 2 to 175 bytes that begins with "/"',
}
const uses = areaUses.join(', ')
const expectations = {
  line: { ja: '「area」または「file」で始まる行', en: 'a line that begins with "area" or "file"' },
  option: { ja: '1回ずつの「-x 値」の並び', en: 'options as "-x VALUE", each once' },
  name: { ja: 'ほかと重ならないエリア名', en: 'an area name that no other area has' },
  use: { ja: `${uses}のどれか`, en: `one of ${uses}` },
  number: { ja: '0以上の整数', en: 'a whole number from 0' },
  path: pathExpectation,
  pathOnce: { ja: 'ほかのfile行と重ならないパス', en: 'a path that no other file line has' },
  areaFirst: { ja: 'file行の前のarea行', en: 'an area line before the first file line' },
  fileAfter: { ja: 'area行に続く1行以上のfile行', en: 'at least one file line after each area line' },
  some: { ja: '1つ以上のarea行', en: 'at least one area line' },
} as const satisfies Record<string, Expected>

type Line = {
  readonly file: string
  readonly line: number
  readonly word: string
  readonly options: Map<string, string>
}

function wrong(at: Pick<Line, 'file' | 'line'>, key: string, expected: Expected) {
  return wrongInSettings({ file: at.file, line: at.line, key }, expected)
}

function splitLine(raw: string, file: string, line: number, allowed: Record<string, readonly string[]>): Line | null {
  const content = raw.trim()
  if (content === '' || content.startsWith('#')) return null
  const [word = '', ...rest] = content.split(/\s+/)
  const known = Object.hasOwn(allowed, word) ? allowed[word] : undefined
  if (known === undefined) throw wrong({ file, line }, word.slice(0, 80), expectations.line)
  const options = new Map<string, string>()
  for (let at = 0; at < rest.length; at += 2) {
    const option = rest[at] ?? ''
    const value = rest[at + 1]
    if (!known.includes(option) || value === undefined || options.has(option)) {
      throw wrong({ file, line }, `${word} ${option}`.slice(0, 80), expectations.option)
    }
    options.set(option, value)
  }
  return { file, line, word, options }
}

function wholeNumber(at: Line, option: string): number {
  const text = at.options.get(option) ?? ''
  if (!/^\d{1,15}$/.test(text)) throw wrong(at, `${at.word} ${option}`, expectations.number)
  return Number(text)
}

function areaOf(at: Line, taken: ReadonlySet<string>): Omit<Area, 'files'> {
  const name = at.options.get('-n')
  if (name === undefined || taken.has(name)) throw wrong(at, 'area -n', expectations.name)
  const use = areaUses.find((known) => known === at.options.get('-u'))
  if (use === undefined) throw wrong(at, 'area -u', expectations.use)
  return { name, use, segment: wholeNumber(at, '-s') }
}

function isFilePath(path: string): boolean {
  const bytes = Buffer.byteLength(path)
  return path.startsWith('/') && bytes >= 2 && bytes <= 175 && !/[\s\0\uFFFD]/.test(path)
}

function fileOf(at: Line, taken: ReadonlySet<string>): AreaFile {
  const path = at.options.get('-n') ?? ''
  if (!isFilePath(path)) throw wrong(at, 'file -n', expectations.path)
  if (taken.has(path)) throw wrong(at, 'file -n', expectations.pathOnce)
  return { path, initial: wholeNumber(at, '-i'), max: at.options.has('-m') ? wholeNumber(at, '-m') : null }
}

/**
 * Reads an Object Server's 初期設定パラメタファイル: lines `area -n NAME -u USE -s SEGMENT`, each followed by lines
 * `file -n /path -i N [-m N]`. Throws `settings-file-wrong` (78) with the line.
 */
export function parseAreas(text: string, file: string): readonly Area[] {
  const areas: { head: Omit<Area, 'files'>; files: AreaFile[]; line: number }[] = []
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const [index, raw] of text.split('\n').entries()) {
    const at = splitLine(raw, file, index + 1, { area: ['-n', '-u', '-s'], file: ['-n', '-i', '-m'] })
    if (at === null) continue
    const current = areas.at(-1)
    if (at.word === 'area') {
      if (current?.files.length === 0) throw wrong({ file, line: current.line }, 'area', expectations.fileAfter)
      const head = areaOf(at, names)
      names.add(head.name)
      areas.push({ head, files: [], line: at.line })
      continue
    }
    if (current === undefined) throw wrong(at, 'file', expectations.areaFirst)
    const named = fileOf(at, paths)
    paths.add(named.path)
    current.files.push(named)
  }
  const last = areas.at(-1)
  if (last === undefined) throw wrong({ file, line: 1 }, 'area', expectations.some)
  if (last.files.length === 0) throw wrong({ file, line: last.line }, 'area', expectations.fileAfter)
  return areas.map(({ head, files }) => ({ ...head, files }))
}

/** Reads a server's 初期設定パラメタファイル. Throws `settings-file-unreadable` or `settings-file-wrong` (78). */
export function readAreas(server: ServerConfig): readonly Area[] {
  const file = parameterFilePath(server)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw fail('settings-file-unreadable', { file, text: errorText(error) }, error)
  }
  return parseAreas(text, file)
}

/** The text that `parseAreas` reads back. Throws `settings-file-wrong` (78) when it would not be read back. */
export function renderAreas(areas: readonly Area[], file: string): string {
  const lines = areas.flatMap((area) => [
    `area -n ${area.name} -u ${area.use} -s ${area.segment}`,
    ...area.files.map((one) => `file -n ${one.path} -i ${one.initial}${one.max === null ? '' : ` -m ${one.max}`}`),
  ])
  const text = `${lines.join('\n')}\n`
  parseAreas(text, file)
  return text
}
