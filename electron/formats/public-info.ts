import { readFileSync } from 'node:fs'
import { isAbsolute, normalize } from 'node:path'
import type { ServerConfig } from '../../shared/model/domain.ts'
import { fail } from '../../shared/model/problem.ts'
import { publicInfoPath } from './layout.ts'
import { type Expected, errorText, wrongInSettings } from './settings-error.ts'

export type PublicInfo = {
  /** Absolute folder of the master's own journal; null where the site keeps none. */
  readonly mngJournal: string | null
}

const expectedLine: Expected = { ja: 'キー=値の行', en: 'a line KEY=VALUE' }
const expectedFolder: Expected = {
  ja: '「/」で始まるディレクトリのパス(ジャーナルを取らない場合は行そのものを削除)',
  en: 'the absolute path of a directory (to keep no journal, remove the line)',
}
const expectedOnce: Expected = { ja: '1行だけのMNG_JOURNAL', en: 'MNG_JOURNAL on one line only' }

/**
 * Reads the text of `gmpublicinfo`: `KEY=VALUE` lines; blank lines and lines beginning with `#` say nothing, keys that
 * this product doesn't need are passed over. Throws `settings-file-wrong` (78) with the line.
 */
export function parsePublicInfo(text: string, file: string): PublicInfo {
  let mngJournal: string | null = null
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const equals = content.indexOf('=')
    if (equals < 1) throw wrongInSettings({ file, line, key: content.slice(0, 80) }, expectedLine)
    const key = content.slice(0, equals).trim()
    if (key !== 'MNG_JOURNAL') continue
    const value = content.slice(equals + 1).trim()
    if (!isAbsolute(value) || /[\0\uFFFD]/.test(value)) throw wrongInSettings({ file, line, key }, expectedFolder)
    if (mngJournal !== null) throw wrongInSettings({ file, line, key }, expectedOnce)
    mngJournal = normalize(value)
  }
  return { mngJournal }
}

/**
 * Reads a server's `gmpublicinfo`. A file that isn't there is an error (`settings-file-unreadable`, 78) and never
 * "no journal": a wrong guess would leave registrations without one.
 */
export function readPublicInfo(server: ServerConfig): PublicInfo {
  const file = publicInfoPath(server)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw fail('settings-file-unreadable', { file, text: errorText(error) }, error)
  }
  return parsePublicInfo(text, file)
}

/** The text that `parsePublicInfo` reads back. */
export function renderPublicInfo(info: PublicInfo): string {
  const journal = info.mngJournal === null ? [] : [`MNG_JOURNAL=${info.mngJournal}`]
  return ['# gmpublicinfo', ...journal, ''].join('\n')
}
