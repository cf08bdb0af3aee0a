import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { fail } from '../../../shared/model/problem.ts'
import { codeOf, mediumFailure } from '../../core/ports/medium-failure.ts'
import { encodeEnd, encodeLabel, encodePart, type VolumeEnd, type VolumeLabel } from '../../formats/volume.ts'
import { type Device, HEAD_BYTES, TAIL_BYTES } from './device.ts'
import { moveTape } from './tape.ts'

/** One volume being written, from its label to its end. Throws `medium-failed`, `medium-not-writable`, `device-in-use`. */
export type VolumeWriter = {
  readonly path: string
  readonly label: VolumeLabel
  /** Writes the next part; false: the volume has no room for it, and for its own end. */
  readonly part: (payload: Buffer) => Promise<boolean>
  /** Writes the end, makes all durable, then calls the volume whole, and closes. */
  readonly finish: (last: boolean) => Promise<void>
  /** Leaves it as it is, unless it is closed already. */
  readonly close: () => Promise<void>
}

/**
 * Begins a volume. Its label says `writing`, durably, before anything follows, so that a crash leaves what can be told
 * from a whole one. `O_EXCL` keeps a block device from being mounted meanwhile, and us from one that is.
 */
export async function beginVolume(device: Device, label: VolumeLabel): Promise<VolumeWriter> {
  const { path, kind, bytes } = device
  const { recordBytes } = label
  const tape = kind === 'tape'
  if (tape) await moveTape(path, 'rewind')
  const handle = await openForWriting(device)
  let records = 0
  let parts = 0
  let payloads = 0
  const most = bytes === null ? Number.POSITIVE_INFINITY : Math.floor(bytes / recordBytes)

  const put = async (record: Buffer, at: number) => {
    for (let done = 0; done < record.length; ) {
      const { bytesWritten } = await handle.write(
        record,
        done,
        record.length - done,
        tape ? null : at * recordBytes + done,
      )
      done += bytesWritten
    }
  }
  const close = () => handle.close().catch(() => undefined)
  try {
    if (!tape) await blank(handle, bytes ?? 0)
    await put(encodeLabel(label), 0)
    if (!tape) await handle.sync()
    records = 1
  } catch (thrown) {
    await close()
    throw mediumFailure(path, thrown)
  }

  return {
    path,
    label,
    part: async (payload) => {
      if (records + 2 > most) return false
      try {
        await put(encodePart(label, label.firstPart + parts, payload), records)
      } catch (thrown) {
        // A tape says so at its early warning; what it still takes is the end's.
        if (tape && codeOf(thrown) === 'ENOSPC') return false
        throw mediumFailure(path, thrown)
      }
      records += 1
      parts += 1
      payloads += payload.length
      return true
    },
    finish: async (last) => {
      const end: VolumeEnd = { parts, bytes: payloads, last }
      try {
        await put(encodeEnd(label, end), records)
        if (!tape) {
          await handle.sync()
          await put(encodeLabel({ ...label, state: 'whole', end }), 0)
          await handle.sync()
        }
        await handle.close()
      } catch (thrown) {
        await close()
        throw mediumFailure(path, thrown)
      }
      if (tape) await moveTape(path, last ? 'rewind' : 'offline')
    },
    close,
  }
}

export async function openForWriting({ path, kind }: Device): Promise<FileHandle> {
  // Without O_CREAT, O_EXCL on a block device means: not while it is mounted or otherwise claimed (open(2)).
  const flags = kind === 'tape' ? constants.O_RDWR : constants.O_RDWR | constants.O_EXCL
  try {
    return await open(path, flags)
  } catch (thrown) {
    if (codeOf(thrown) === 'EBUSY') throw fail('device-in-use', { path, by: 'EBUSY' }, thrown)
    throw mediumFailure(path, thrown)
  }
}

/** Takes away the marks of whatever the device held before: no look at it may find that again. */
export async function blank(handle: FileHandle, bytes: number): Promise<void> {
  const zero = async (from: number, to: number) => {
    const room = Buffer.alloc(Math.max(0, to - from))
    for (let done = 0; done < room.length; ) {
      const { bytesWritten } = await handle.write(room, done, room.length - done, from + done)
      done += bytesWritten
    }
  }
  await zero(0, Math.min(HEAD_BYTES, bytes))
  await zero(Math.max(0, bytes - TAIL_BYTES), bytes)
}
