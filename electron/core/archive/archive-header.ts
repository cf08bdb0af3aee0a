import { type ArchiveHeader, archiveHeaderSchema } from '../../../shared/model/archive.ts'
import { fail } from '../../../shared/model/problem.ts'

/** The content of `.untenseki/header.json`, checked. `path` names the archive. Throws `archive-header-invalid`, `archive-format-newer`. */
export function parseArchiveHeader(path: string, content: Buffer): ArchiveHeader {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch (thrown) {
    throw fail('archive-header-invalid', { path, text: 'JSON' }, thrown)
  }
  const { version } = Object(value)
  if (Number.isInteger(version) && version > 1) throw fail('archive-format-newer', { path, version })
  const parsed = archiveHeaderSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const keys = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
  throw fail('archive-header-invalid', { path, text: keys })
}
