import type { KeyRow } from '../../chrome/list-keys.ts'
import type { FolderTree } from './use-archive.ts'

/** The visible folders of the tree, the archive itself at the top. */
export function folderRows(tree: FolderTree, archive: string | null): readonly KeyRow[] {
  if (archive === null) return []
  return below(tree, '/', archive.slice(archive.lastIndexOf('/') + 1), 0)
}

function below(tree: FolderTree, path: string, text: string, level: number): readonly KeyRow[] {
  const known = tree.get(path)
  const leaf = known !== undefined && known.folders.length === 0
  const row: KeyRow = { key: path, text, level, expanded: leaf ? null : (known?.open ?? false) }
  if (known === undefined || !known.open) return [row]
  return [row, ...known.folders.flatMap((each) => below(tree, each, lastPart(each), level + 1))]
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
