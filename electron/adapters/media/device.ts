import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { fail, type Problem, problem } from '../../../shared/model/problem.ts'
import { codeOf } from '../../core/ports/medium-failure.ts'
import { parseLabel, parseTornLabel, RECORD_LEAST, RECORD_MOST, type VolumeLabel } from '../../formats/volume.ts'
import { moveTape } from './tape.ts'

/** A special file that can hold volumes. `bytes`: what it holds at most; null for a tape, which nobody knows. */
export type Device = {
  readonly path: string
  readonly kind: 'block' | 'tape'
  readonly id: string
  readonly bytes: number | null
}

/** Of SCSI tapes (Documentation/admin-guide/devices.txt, `st`). Any other character device is none that we write to (own decision). */
const TAPE_MAJOR = 9

/** The device at a path; null for anything else, or nothing. Throws `device-kind` (12) for a character device that is no tape. */
export async function deviceAt(path: string): Promise<Device | null> {
  const about = isAbsolute(path) ? await stat(path).catch(() => null) : null
  if (about === null) return null
  const id = numberOf(about)
  if (about.isBlockDevice()) {
    const sectors = await readFile(`/sys/dev/block/${id}/size`, 'utf8').catch(() => '0')
    return { path, kind: 'block', id, bytes: Number(sectors) * 512 }
  }
  if (!about.isCharacterDevice()) return null
  if (!id.startsWith(`${TAPE_MAJOR}:`)) throw fail('device-kind', { path })
  return { path, kind: 'tape', id, bytes: null }
}

/** `major:minor`, as /proc and /sys write it (glibc's `gnu_dev_major`). */
function numberOf({ rdev }: Stats): string {
  const device = BigInt(rdev)
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn)
  return `${major}:${minor}`
}

/** Why nothing may be written there whatever the operator says: mounted, swap, held by another driver, opened exclusively. */
export async function usesOf(device: Device): Promise<readonly Problem[]> {
  const { path, kind, id } = device
  if (kind === 'tape') return []
  const ids = [id, ...(await partitionsOf(id))]
  const found: Problem[] = []
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  for (const line of mounts.split('\n')) {
    const [, , number = '', , folder = ''] = line.split(' ')
    if (ids.includes(number)) found.push(problem('device-mounted', { path, folder: unescaped(folder) }))
  }
  for (const each of ids) {
    const holders = await readdir(`/sys/dev/block/${each}/holders`).catch(() => [])
    for (const by of holders) found.push(problem('device-in-use', { path, by }))
  }
  const swaps = await readFile('/proc/swaps', 'utf8').catch(() => '')
  for (const line of swaps.split('\n').slice(1)) {
    const [file = ''] = line.split(/\s+/)
    const about = await stat(unescaped(file)).catch(() => null)
    if (about?.isBlockDevice() && ids.includes(numberOf(about)))
      found.push(problem('device-in-use', { path, by: 'swap' }))
  }
  return found
}

async function partitionsOf(id: string): Promise<readonly string[]> {
  const folder = `/sys/dev/block/${id}`
  const names = await readdir(folder).catch(() => [])
  const numbers = await Promise.all(
    names.map(async (name) => {
      const isPartition = await stat(`${folder}/${name}/partition`).catch(() => null)
      return isPartition === null ? null : (await readFile(`${folder}/${name}/dev`, 'utf8')).trim()
    }),
  )
  return numbers.filter((number) => number !== null)
}

/** /proc writes blanks in names as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/**
 * What a device holds by its look: nothing but zeros, a volume of ours, one whose label was being written when the machine
 * ended, or anything else, named where we know it.
 */
export type Holding =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'volume'; readonly label: VolumeLabel }
  | { readonly kind: 'torn'; readonly text: string; readonly createdAt: string }
  | { readonly kind: 'data'; readonly what: string }

/** Where filesystems, partition tables, RAID and volume managers keep their marks: the first and the last of a device. */
export const HEAD_BYTES = 1024 * 1024
export const TAIL_BYTES = 256 * 1024

/**
 * Looks at the marks of a device. Anything that is not blank counts as data: no list of filesystems is complete (own
 * decision). Throws what opening and reading throw.
 */
export async function holdingOf(device: Device): Promise<Holding> {
  if (device.kind === 'tape') await moveTape(device.path, 'rewind')
  const handle = await open(device.path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const head = await readUpTo(handle, device.kind === 'tape' ? RECORD_MOST : HEAD_BYTES, 0, device.kind)
    const label = parseLabel(head.subarray(0, RECORD_LEAST))
    if (label !== null) return { kind: 'volume', label }
    const torn = parseTornLabel(head)
    if (torn !== null) return { kind: 'torn', ...torn }
    const tailAt = Math.max(0, (device.bytes ?? 0) - TAIL_BYTES)
    const tail = device.bytes === null ? Buffer.alloc(0) : await readUpTo(handle, TAIL_BYTES, tailAt, 'block')
    if (isZero(head) && isZero(tail)) return { kind: 'nothing' }
    return { kind: 'data', what: nameOf(head) }
  } finally {
    await handle.close()
  }
}

/** Of a tape one record, of a block device `length` bytes; a blank tape gives nothing. */
async function readUpTo(handle: FileHandle, length: number, at: number, kind: Device['kind']): Promise<Buffer> {
  const out = Buffer.alloc(length)
  let filled = 0
  try {
    do {
      const { bytesRead } = await handle.read(out, filled, length - filled, kind === 'tape' ? null : at + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    } while (kind === 'block' && filled < length)
  } catch (thrown) {
    // A tape that nothing was ever written to cannot be read.
    if (kind !== 'tape' || codeOf(thrown) !== 'EIO') throw thrown
  }
  return out.subarray(0, filled)
}

function isZero(bytes: Buffer): boolean {
  return bytes.equals(Buffer.alloc(bytes.length))
}

type Mark = { readonly at: number; readonly bytes: string; readonly name: string }

/** For the message alone: any data is refused. Offsets and marks as each format's own documentation gives them. */
const marks: readonly Mark[] = [
  { at: 0, bytes: 'LUKS\xba\xbe', name: 'LUKS' },
  { at: 536, bytes: 'LVM2 001', name: 'LVM' },
  { at: 24, bytes: 'LVM2 001', name: 'LVM' },
  { at: 0, bytes: 'XFSB', name: 'xfs' },
  { at: 1080, bytes: '\x53\xef', name: 'ext2/ext3/ext4' },
  { at: 65_600, bytes: '_BHRfS_M', name: 'btrfs' },
  { at: 4086, bytes: 'SWAPSPACE2', name: 'swap' },
  { at: 3, bytes: 'NTFS    ', name: 'NTFS' },
  { at: 3, bytes: 'EXFAT   ', name: 'exFAT' },
  { at: 54, bytes: 'FAT', name: 'FAT' },
  { at: 82, bytes: 'FAT', name: 'FAT' },
  { at: 4096, bytes: '\xfc\x4e\x2b\xa9', name: 'RAID (md)' },
  { at: 32_769, bytes: 'CD001', name: 'ISO 9660' },
  { at: 512, bytes: 'EFI PART', name: 'GPT' },
  { at: 510, bytes: '\x55\xaa', name: 'MBR' },
  { at: 257, bytes: 'ustar', name: 'tar' },
]

function nameOf(head: Buffer): string {
  const found = marks.find(({ at, bytes }) => head.toString('latin1', at, at + bytes.length) === bytes)
  return found?.name ?? 'data'
}
