import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
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
   * then these records are taken back as far as the disk lets it, and every later call throws too.
   */
  readonly append: (records: readonly Uint8Array[]) => void
  /** Idempotent; afterwards `append` throws. */
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

const closed = 'it is closed'

/**
 * After a failed sync the system counts pages as written that are not: records that could still be read would be taken for
 * durable by whoever opens the journal next. They are taken back, to be written anew. Gives the failure to tell.
 */
function takenBack(fd: number, length: number, failure: unknown): unknown {
  try {
    ftruncateSync(fd, length)
    fsyncSync(fd)
    return failure
  } catch (error) {
    return new AggregateError([failure, error], `${errorText(failure)}; ${errorText(error)}`)
  }
}

/**
 * Opens a journal for appending and creates it (folder and name durable) when it isn't there. A torn tail has to be cut
 * first. Seal moves the file away: close the appender before, open another one after. Throws `journal-failed`.
 */
export function openAppender(file: string): JournalAppender {
  const failed = (error: unknown) => fail('journal-failed', { file, text: errorText(error) }, error)
  let fd: number
  let created: boolean
  try {
    makeFolderDurable(dirname(file))
    created = !existsSync(file)
    fd = openSync(file, 'a+', 0o600)
  } catch (error) {
    throw failed(error)
  }
  let length: number
  try {
    if (created) fsyncSync(fd)
    // Also for a file that was there: who created it may have been killed before its name was durable.
    fsyncFolder(dirname(file))
    if (!endsInLineFeed(fd)) throw new Error('it ends in an interrupted write')
    length = fstatSync(fd).size
  } catch (error) {
    closeSync(fd)
    throw failed(error)
  }
  let unusable: string | null = null
  return {
    append: (records) => {
      if (unusable !== null) throw failed(unusable)
      if (records.length === 0) return
      unusable = 'an earlier append failed'
      const bytes = Buffer.concat(records)
      try {
        writeWhole(fd, bytes)
        fsyncSync(fd)
      } catch (error) {
        throw failed(takenBack(fd, length, error))
      }
      length += bytes.length
      unusable = null
    },
    close: () => {
      // A closed descriptor's number may be another file's by now.
      if (unusable !== closed) closeSync(fd)
      unusable = closed
    },
  }
}
