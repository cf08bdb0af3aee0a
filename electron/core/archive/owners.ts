import { readFileSync } from 'node:fs'

export type Owners = { readonly user: (uid: number) => string; readonly group: (gid: number) => string }

/** Names by number as this machine's own tables give them; '' for a number that has none (tar then goes by the number). */
export function readOwners(): Owners {
  const users = readTable('/etc/passwd')
  const groups = readTable('/etc/group')
  return { user: (uid) => users.get(uid) ?? '', group: (gid) => groups.get(gid) ?? '' }
}

function readTable(path: string): ReadonlyMap<number, string> {
  const table = new Map<number, string>()
  for (const line of readText(path).split('\n')) {
    const [name, , id] = line.split(':')
    if (name !== undefined && id !== undefined && /^\d+$/.test(id) && !table.has(Number(id)))
      table.set(Number(id), name)
  }
  return table
}

/** A machine without the table still has numbers: names are an extra. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
