import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { OwnerNames } from './reader.ts'

/** A directory service that does not answer must not hold the backup up: names are an extra. */
const PATIENCE_MS = 5000
const AT_ONCE = 200

/**
 * Names of these numbers: by this machine's own tables, and for those that stand in none by its name service (LDAP and
 * the like), asked through `getent`. A number without a name is missing in the answer; tar then goes by the number.
 */
export function lookUpOwners(uids: ReadonlySet<number>, gids: ReadonlySet<number>): OwnerNames {
  return { users: namesOf('passwd', uids), groups: namesOf('group', gids) }
}

function namesOf(table: 'passwd' | 'group', ids: ReadonlySet<number>): ReadonlyMap<number, string> {
  const local = parseTable(readText(`/etc/${table}`))
  const names = new Map<number, string>()
  const unknown: number[] = []
  for (const id of ids) {
    const name = local.get(id)
    if (name === undefined) unknown.push(id)
    else names.set(id, name)
  }
  for (let at = 0; at < unknown.length; at += AT_ONCE) {
    const asked = unknown.slice(at, at + AT_ONCE)
    // It ends with 2 when one of them is unknown; the others are told all the same.
    const { stdout, error } = spawnSync('getent', [table, ...asked.map(String)], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    })
    if (error !== undefined) break
    for (const [id, name] of parseTable(stdout)) if (asked.includes(id)) names.set(id, name)
  }
  return names
}

function parseTable(text: string): ReadonlyMap<number, string> {
  const table = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':')
    if (name !== undefined && id !== undefined && /^\d+$/.test(id) && !table.has(Number(id)))
      table.set(Number(id), name)
  }
  return table
}

/** A machine without the table still has numbers. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
