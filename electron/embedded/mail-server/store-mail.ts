import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fsyncFolder, makeFolderDurable } from '../../formats/durable-file.ts'

/** Where mails lie until they are whole; beside the users' folders, so that a rename brings them in. */
const incoming = '.incoming'

/** Makes the folder of the mails ready and returns it. */
export function prepareMailFolder(folder: string): string {
  makeFolderDurable(join(folder, incoming))
  return folder
}

/**
 * Stores a mail once for each user, as `<folder>/<user>/<time>-<random>.eml`; when it resolves, all of them are durable.
 * `accept` is called with the whole mail read and nothing delivered: what it throws refuses the mail. When it rejects, a user
 * has the whole mail or nothing.
 */
export async function storeMail(
  folder: string,
  users: readonly string[],
  content: Readable,
  accept: () => void,
): Promise<void> {
  const name = `${Date.now()}-${randomBytes(6).toString('hex')}.eml`
  const draft = join(folder, incoming, name)
  try {
    await pipeline(content, createWriteStream(draft, { flags: 'wx', mode: 0o600 }))
    accept()
    for (const user of users) await deliver(folder, user, draft, name)
  } finally {
    await rm(draft, { force: true })
  }
}

async function deliver(folder: string, user: string, draft: string, name: string): Promise<void> {
  const own = `${draft}.${user}`
  try {
    await copyFile(draft, own)
    const file = await open(own, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    const box = join(folder, user)
    makeFolderDurable(box)
    await rename(own, join(box, name))
    fsyncFolder(box)
  } finally {
    await rm(own, { force: true })
  }
}
