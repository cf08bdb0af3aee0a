import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerConfig } from '../../../../shared/model/domain.ts'
import type { Position } from '../../../../shared/model/position.ts'
import { serverJournalFolder, serverRoot } from '../../../formats/layout.ts'
import type { AddressOperations } from '../../../wire/address-operations.ts'
import type { WireClient } from '../../../wire/client.ts'
import { changeName } from './model.ts'

/** Every folder below which the master's journals stand, whatever is left of them: the current ones and the sealed ones. */
export function journalFolders(master: ServerConfig): { readonly own: string; readonly servers: readonly string[] } {
  return {
    own: join(master.prefix, 'journal'),
    servers: [serverJournalFolder(master), join(serverRoot(master), 'journal-sealed')],
  }
}

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()
}

/**
 * What the journals on the master's disks still hold, by the names of changes. Read here with nothing of the product's code: a line
 * counts where its digest is right.
 */
export function inJournals(master: ServerConfig): ReadonlySet<string> {
  const { own, servers } = journalFolders(master)
  const held = new Set<string>()
  for (const file of [own, ...servers].flatMap(filesBelow)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [json = '', digest = ''] = line.split('\t')
      if (digest.length !== 32 || !createHash('sha256').update(json).digest('hex').startsWith(digest)) continue
      held.add(changeName(JSON.parse(json) as Position))
    }
  }
  return held
}

/** What a server that answers has on record, and how far it is; null when it does not answer. */
export async function atServer(
  client: WireClient<AddressOperations>,
): Promise<{ readonly changes: ReadonlySet<string>; readonly number: number } | null> {
  const changes = new Set<string>()
  try {
    const { position } = await client.call('status', {})
    for (let after = 0; ; ) {
      const found = await client.call('changes.read', { after, limit: 500 })
      const last = found.at(-1)
      if (last === undefined) return { changes, number: position.number }
      for (const one of found) changes.add(changeName(one))
      after = last.number
    }
  } catch {
    return null
  }
}
