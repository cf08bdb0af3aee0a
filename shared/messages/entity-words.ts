import type { EntityKind } from '../model/entity.ts'

/** What an entity of each kind is called where a line names one. */
export const entityWords: Readonly<Record<EntityKind, { readonly ja: string; readonly en: string }>> = {
  user: { ja: 'ユーザ', en: 'user' },
  organization: { ja: '組織', en: 'organisation' },
  group: { ja: 'グループ', en: 'group' },
  board: { ja: '掲示板', en: 'board' },
}
