import { randomBytes } from 'node:crypto'
import { access, constants, type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { fail, type Problem, ProblemError, problem, toProblem } from '../../../shared/model/problem.ts'
import type {
  KnownArchive,
  Medium,
  MediumOptions,
  MediumWants,
  MediumWriter,
  Unfinished,
} from '../../core/ports/medium.ts'
import { codeOf, mediumFailure, readFailure } from '../../core/ports/medium-failure.ts'
import { encodeLabel, labelText, type VolumeLabel } from '../../formats/volume.ts'
import { type Device, deviceAt, type Holding, holdingOf, usesOf } from './device.ts'
import { createPacker } from './packer.ts'
import { holdsVolumes, openVolumes } from './volume-reader.ts'
import { beginVolume, blank, openForWriting, type VolumeWriter } from './volume-writer.ts'

export type SpecialSettings = {
  /** Bytes of a record: a multiple of 512 from 10 KiB to 16 MiB. */
  readonly recordBytes: number
  readonly now: () => Date
  /** Where nameless working files go: on a disk, because a temporary folder may be memory. */
  readonly scratchFolder?: string
}

/** Device nodes hold no names, so nothing here is a folder and nothing can be resumed: an interrupted archive begins anew. */
export function specialMedium(settings: SpecialSettings): Medium {
  return {
    check: (path, wants) => check(path, settings, wants),
    create: (path, options) => create(path, settings, options),
    remove: (path) => wipeIf(path, (held) => held.kind === 'volume' && held.label.state !== 'writing'),
    discardUnfinished: (path) => wipeIf(path, isUnfinished),
    reject,
    open: async (path, options = {}) => openVolumes(await required(path), options),
    isPresent: standsThere,
    resume: async () => null,
    placeFor: async (place) => place,
    unfinishedIn,
  }
}

async function required(path: string): Promise<Device> {
  const device = await deviceAt(path)
  if (device === null) throw fail('archive-missing', { path })
  return device
}

async function standsThere({ path, bytes, volumes }: KnownArchive): Promise<boolean> {
  const device = await deviceAt(path).catch(() => null)
  // What was recorded without a mark cannot be told from another archive of that length.
  if (device === null || device.kind === 'tape' || volumes === null) return false
  return holdsVolumes(device, volumes, bytes).catch(() => false)
}

async function check(path: string, settings: SpecialSettings, wants: MediumWants = {}): Promise<readonly Problem[]> {
  if (!isAbsolute(path)) return [problem('archive-path-relative', { path })]
  try {
    const device = await required(path)
    const found = [...(await usesOf(device))]
    const denied = await access(path, constants.R_OK | constants.W_OK).then(() => null, codeOf)
    if (denied !== null) return [...found, problem('medium-not-writable', { path, text: denied })]
    if (found.length > 0) return found
    const { needBytes, nextVolume } = wants
    const room = roomOf(device, settings.recordBytes)
    if (room <= 0 || (needBytes !== undefined && needBytes > room && nextVolume === undefined))
      found.push(
        problem('medium-too-small', { path, need: needBytes ?? settings.recordBytes, free: Math.max(0, room) }),
      )
    const held = wants.overwrite === true ? null : await contentProblem(device)
    return held === null ? found : [...found, held]
  } catch (thrown) {
    return [mediumFailure(path, thrown).problem]
  }
}

/** Bytes of an archive that fit on one volume, between label and end. */
function roomOf({ bytes }: Device, recordBytes: number): number {
  return bytes === null ? Number.POSITIVE_INFINITY : (Math.floor(bytes / recordBytes) - 2) * (recordBytes - 512)
}

async function contentProblem(device: Device): Promise<Problem | null> {
  const { path } = device
  const holding = await holdingOf(device)
  if (holding.kind === 'nothing') return null
  if (holding.kind === 'data') return problem('device-holds-data', { path, what: holding.what })
  if (holding.kind === 'torn')
    return problem('device-holds-unfinished', { path, label: holding.text, createdAt: holding.createdAt })
  const { state, createdAt } = holding.label
  const label = labelText(holding.label)
  return problem(state === 'writing' ? 'device-holds-unfinished' : 'device-holds-archive', { path, label, createdAt })
}

async function create(path: string, settings: SpecialSettings, options: MediumOptions = {}): Promise<MediumWriter> {
  const [first] = await check(path, settings, options)
  if (first !== undefined) throw new ProblemError(first)
  const { recordBytes, now } = settings
  const label: VolumeLabel = {
    format: 'untenseki-volume',
    version: 1,
    state: 'writing',
    set: randomBytes(16).toString('hex'),
    volume: 1,
    name: options.name ?? basename(path),
    recordBytes,
    createdAt: now().toISOString(),
    firstPart: 1,
    end: null,
  }
  const scratch = await scratchFiles(settings.scratchFolder ?? tmpdir())
  const begun: VolumeWriter[] = []
  let current: VolumeWriter
  try {
    current = await beginOn(await required(path), label)
    begun.push(current)
  } catch (thrown) {
    await scratch.close()
    throw thrown
  }
  let part = 0

  const putPart = async (payload: Buffer) => {
    while (!(await current.part(payload))) {
      const { volume } = current.label
      // Asked before the volume is closed, so that nothing is called whole which the next one never followed.
      const next = { ...label, volume: volume + 1, firstPart: part + 1 }
      if (options.nextVolume === undefined)
        throw fail('medium-next-volume', { path, number: next.volume, label: labelText(next) })
      await current.finish(false)
      current = await askFor(next, path, settings, options)
      begun.push(current)
    }
    part += 1
  }
  const packer = createPacker(recordBytes - 512, putPart)
  /** A volume that was taken out is out of reach: it cannot be read without the ones that never followed it. */
  const discard = async (gone?: Promise<void>) => {
    if (gone === undefined) await scratch.close()
    else gone.then(scratch.close).catch(() => undefined)
    await current.close()
    for (const { path: place, label } of begun)
      await wipeIf(
        place,
        (held) => held.kind === 'volume' && held.label.set === label.set && held.label.volume === label.volume,
      )
  }
  return {
    sink: { kind: 'stream', write: packer.add },
    scratch: scratch.fds,
    commit: async () => {
      await packer.end()
      await current.finish(true)
      await scratch.close()
    },
    discard,
    leave: discard,
  }
}

/** A tape's label cannot be written a second time, so it never says `writing`. */
function beginOn(device: Device, label: VolumeLabel): Promise<VolumeWriter> {
  return beginVolume(device, device.kind === 'tape' ? { ...label, state: 'sequential' } : label)
}

/** Asks until a volume is there that may be written, or the answer is to give up. */
async function askFor(
  label: VolumeLabel,
  first: string,
  settings: SpecialSettings,
  { nextVolume, signal, overwrite }: MediumOptions,
): Promise<VolumeWriter> {
  let reason: Problem | null = null
  for (;;) {
    const wanted = { number: label.volume, label: labelText(label), path: first, reads: false, problem: reason }
    const path = (await orAborted(nextVolume?.(wanted) ?? Promise.resolve(null), signal)) ?? null
    if (path === null) throw fail('cancelled')
    try {
      const [obstacle] = await check(path, settings, overwrite === undefined ? {} : { overwrite })
      if (obstacle !== undefined) throw new ProblemError(obstacle)
      return await beginOn(await required(path), label)
    } catch (thrown) {
      reason = toProblem(thrown)
    }
  }
}

/** What is asked may never be answered; a cancel ends the wait. */
function orAborted<Value>(asked: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(fail('cancelled'))
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
    asked.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop))
  })
}

/** Of a tape nothing can be told without reading all of it. */
function isUnfinished(held: Holding): boolean {
  return held.kind === 'torn' || (held.kind === 'volume' && held.label.state === 'writing')
}

/** The device itself, where a writer left a volume on it that it did not finish. Who writes a block device holds it alone. */
async function unfinishedIn(path: string): Promise<readonly Unfinished[]> {
  try {
    const device = await deviceAt(path)
    if (device?.kind !== 'block') return []
    const held = await holdingOf(device)
    if (!isUnfinished(held) || held.kind === 'nothing' || held.kind === 'data') return []
    const { createdAt: changedAt } = held.kind === 'torn' ? held : held.label
    const live = await openForWriting(device).then(
      (handle) => handle.close().then(() => false),
      () => true,
    )
    return [{ path, partial: path, bytes: device.bytes ?? 0, changedAt, live }]
  } catch (thrown) {
    throw readFailure(path, thrown)
  }
}

/** Makes a block device blank if it holds a volume of ours of that kind; a tape keeps what it has until it is overwritten. */
async function wipeIf(path: string, which: (held: Holding) => boolean): Promise<void> {
  const device = await deviceAt(path)
  if (device === null || device.kind === 'tape') return
  try {
    const holding = await holdingOf(device)
    if (!which(holding)) return
    const handle = await openForWriting(device)
    try {
      await blank(handle, device.bytes ?? 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    throw mediumFailure(path, thrown)
  }
}

/** A device cannot be renamed: its label says from now on that the archive was found bad. */
async function reject(path: string): Promise<string> {
  const device = await required(path)
  try {
    const holding = await holdingOf(device)
    if (device.kind === 'tape' || holding.kind !== 'volume') return path
    const handle = await openForWriting(device)
    try {
      const label = encodeLabel({ ...holding.label, state: 'rejected' })
      await handle.write(label, 0, label.length, 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
    return path
  } catch (thrown) {
    throw mediumFailure(path, thrown)
  }
}

async function scratchFiles(
  parent: string,
): Promise<{ readonly fds: readonly [number, number]; readonly close: () => Promise<void> }> {
  const folder = await mkdtemp(join(parent, 'untenseki-'))
  const handles: FileHandle[] = []
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await Promise.all(handles.map((handle) => handle.close()))
  }
  try {
    const one = await open(join(folder, '1'), 'wx+', 0o600)
    handles.push(one)
    const two = await open(join(folder, '2'), 'wx+', 0o600)
    handles.push(two)
    return { fds: [one.fd, two.fd], close }
  } catch (thrown) {
    await close()
    throw mediumFailure(folder, thrown)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
