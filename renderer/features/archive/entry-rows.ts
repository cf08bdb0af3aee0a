import type { ArchiveEntry } from '../../../shared/model/archive-browse.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'
import type { Text } from '../../text/use-text.ts'

/** The entries of a folder, or those that a search found, which are named by their whole paths. */
export function entryRows(rows: readonly ArchiveEntry[], whole: boolean, { t, format }: Text): readonly GridRow[] {
  return rows.map(({ path, name, entry }) => {
    const text = whole ? path : name
    const common = { key: path, text, level: 0, expanded: null }
    if (entry === null) return { ...common, cells: { name: { value: text }, type: { value: t('entry.directory') } } }
    const file = entry.type === 'file'
    const time = new Date(Number(BigInt(entry.mtime) / 1_000_000n)).toISOString()
    return {
      ...common,
      cells: {
        name: { value: text, show: entry.link === null ? text : `${text} → ${entry.link}` },
        type: { value: t(`entry.${entry.type}`) },
        size: { value: file ? entry.size : -1, show: file ? format.bytes(entry.size) : '' },
        mode: { value: entry.mode.toString(8).padStart(4, '0') },
        owner: { value: `${entry.user || entry.uid}:${entry.group || entry.gid}` },
        mtime: { value: time, show: format.dateTime(time) },
      },
    }
  })
}
