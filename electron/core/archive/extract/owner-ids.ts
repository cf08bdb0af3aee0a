import { readFileSync } from 'node:fs'

/** Whom a member belongs to on this machine: whoever bears its owner's name, else its number, as tar decides. */
export type OwnerIds = {
  readonly uid: (member: { readonly uid: number; readonly user: string }) => number
  readonly gid: (member: { readonly gid: number; readonly group: string }) => number
}

/** By this machine's own tables; a restored machine may have given its accounts other numbers. */
export function readOwnerIds(): OwnerIds {
  const users = readTable('/etc/passwd')
  const groups = readTable('/etc/group')
  return {
    uid: ({ uid, user }) => users.get(user) ?? uid,
    gid: ({ gid, group }) => groups.get(group) ?? gid,
  }
}

function readTable(path: string): ReadonlyMap<string, number> {
  const table = new Map<string, number>()
  for (const line of readText(path).split('\n')) {
    const [name, , id] = line.split(':')
    if (name !== undefined && id !== undefined && /^\d+$/.test(id) && !table.has(name)) table.set(name, Number(id))
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
