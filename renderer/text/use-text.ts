import { createContext, useContext } from 'react'
import { en } from '../../shared/messages/en.ts'
import { fill } from '../../shared/messages/fill.ts'
import { ja, type MessageKey } from '../../shared/messages/ja.ts'
import type { Language } from '../../shared/model/language.ts'
import { type Problem, sentencesOf } from '../../shared/model/problem.ts'
import { createFormat, type Format } from './format.ts'

/** The window's language: its texts and its formats. */
export interface Text {
  readonly language: Language
  readonly t: (key: MessageKey, params?: Readonly<Record<string, string | number>>) => string
  readonly format: Format
  /** A problem's text in this language, its instants in local time. */
  readonly say: (both: Readonly<Record<Language, string>>) => string
  /** What happened and what to do, as sentences in one line. */
  readonly tell: (problem: Pick<Problem, 'message' | 'remedy'>) => string
}

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

export function createText(language: Language): Text {
  const table: Readonly<Record<MessageKey, string>> = language === 'ja' ? ja : en
  const format = createFormat(language)
  const say: Text['say'] = (both) => both[language].replace(instant, (iso) => format.dateTime(iso))
  return {
    language,
    format,
    t: (key, params = {}) => fill(table[key], params),
    say,
    tell: (problem) => say(sentencesOf(problem)),
  }
}

export const TextContext = createContext<Text>(createText('ja'))

export function useText(): Text {
  return useContext(TextContext)
}
