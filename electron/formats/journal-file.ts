import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { fail } from '../../shared/model/problem.ts'
import { fsyncFolder, makeFolderDurable } from './durable-file.ts'
import { type JournalScan, scanJournal } from './journal-record.ts'
import { errorText } from './settings-error.ts'

/** Cuts a journal durably to what its scan found whole. Returns the number of bytes cut. */
export function cutTo(file: string, scan: JournalScan): number {
  if (!scan.torn) return 0
  const fd = openSync(file, 'r+')
  try {
    const bytes = fstatSync(fd).size
    ftruncateSync(fd, scan.validBytes)
    fsyncSync(fd)
    return bytes - scan.validBytes
  } finally {
    closeSync(fd)
  }
}

/**
 * Cuts what an interrupted write left behind the last whole record, durably; never a whole record. Returns the number of
 * bytes cut. Throws `journal-corrupt` and then changes nothing.
 */
export function cutTornTail(file: string): number {
  return cutTo(file, scanJournal(file))
}

export type JournalAppender = {
  /**
   * Writes the records (each from `encodeRecord`) in order; when it returns they are durable. Throws `journal-failed`;
   * then nothing is known of these records, and every later call throws too.
   */
  readonly append: (records: readonly Uint8Array[]) => void
  readonly close: () => void
}

function endsInLineFeed(fd: number): boolean {
  const { size } = fstatSync(fd)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}

/**
 * Opens a journal for appending and creates it (folder and name durable) when it isn't there. A torn tail has to be cut
 * first. Seal moves the file away: close the appender before, open another one after. Throws `journal-failed`.
 */
export function openAppender(file: string): JournalAppender {
  const failed = (error: unknown) => fail('journal-failed', { file, text: errorText(error) }, error)
  let fd: number
  try {
    makeFolderDurable(dirname(file))
    const created = statSync(file, { throwIfNoEntry: false }) === undefined
    fd = openSync(file, 'a+', 0o600)
    if (created) {
      fsyncSync(fd)
      fsyncFolder(dirname(file))
    }
  } catch (error) {
    throw failed(error)
  }
  if (!endsInLineFeed(fd)) {
    closeSync(fd)
    throw failed('it ends in an interrupted write')
  }
  let broken = false
  return {
    append: (records) => {
      if (broken) throw failed('an earlier append failed')
      if (records.length === 0) return
      broken = true
      try {
        writeWhole(fd, Buffer.concat(records))
        fsyncSync(fd)
      } catch (error) {
        throw failed(error)
      }
      broken = false
    },
    close: () => closeSync(fd),
  }
}
