import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Makes what lies under `folder` durable, names and contents, except under folders that `skip` names by their whole path. */
export function syncTree(folder: string, skip: ReadonlySet<string>): void {
  if (skip.has(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isDirectory()) syncTree(join(folder, entry.name.toString()), skip)
    else if (entry.isFile()) sync(Buffer.concat([Buffer.from(`${folder}/`), entry.name]))
  }
  sync(folder)
}

function sync(path: string | Buffer): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
