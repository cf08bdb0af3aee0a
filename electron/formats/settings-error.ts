import { fail, type ProblemError } from '../../shared/model/problem.ts'

/** What a setting should have been, as a noun phrase in each language. */
export type Expected = { readonly ja: string; readonly en: string }

/** Where a wrong setting stands. Lines count from 1; `key` is the setting's dotted name. */
export type SettingPlace = { readonly file: string; readonly line: number; readonly key: string }

/** A wrong line of the domain file (exit 78). */
export function wrongInDomainFile(place: SettingPlace, expected: Expected): ProblemError {
  return fail('domain-file-wrong', { ...place, expected: expected.en, expectedJa: expected.ja })
}

/** A wrong line of a server's own settings file: gmpublicinfo or the 初期設定パラメタファイル (exit 78). */
export function wrongInSettings(place: SettingPlace, expected: Expected): ProblemError {
  return fail('settings-file-wrong', { ...place, expected: expected.en, expectedJa: expected.ja })
}

/** The text of anything thrown, for a problem's `{text}`. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
