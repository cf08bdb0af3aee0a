import type { ManifestEntry } from '../../shared/model/archive.ts'
import { problem } from '../../shared/model/problem.ts'
import { type ArchiveAt, planOf } from '../core/archive/archive-source.ts'
import { type BrowsePage, type BrowseRow, withArchive } from '../core/archive/browse/open-archive.ts'
import { expectForeign, listForeign } from '../core/archive/extract/list-foreign.ts'
import type { ForeignEntry } from '../core/archive/extract/list-foreign-file.ts'
import { listArchive } from '../core/archive/list.ts'
import { withArchiveOn } from '../core/archive/remote-source.ts'
import type { CommandContext } from './context.ts'
import { type VolumeOptions, volumeOption, volumesFor } from './next-volume.ts'
import type { Output } from './output.ts'
import { progressLine } from './progress-line.ts'
import type { Verb } from './verb.ts'

type Options = VolumeOptions & { readonly path?: string; readonly search?: string; readonly foreign?: boolean }

/** Rows that are asked for at once, and shown before the next ones are looked for. */
const PAGE = 500

export const listVerb: Verb<Options> = {
  name: 'list',
  about: { ja: 'アーカイブの内容を一覧表示する', en: 'list what an archive holds' },
  examples: [
    'untenseki list /backup/hq-mas-20261122-020014.tar.zst',
    'untenseki list /backup/hq-mas-20261122-020014.tar.zst --path /var/opt/GroupMail',
  ],
  readsOnly: true,
  shape: (command, pick) =>
    command
      .argument('<archive>')
      .option(
        '--path <dir>',
        pick({ ja: 'このディレクトリの直下だけ', en: 'only what stands directly in this folder' }),
      )
      .option(
        '--search <text>',
        pick({ ja: 'パス名にこの文字列を含むものだけ', en: 'only members whose path holds this' }),
      )
      .option(
        '--foreign',
        pick({ ja: 'ほかのプログラムが作ったtarも受け付ける', en: 'take tar archives of other programs, too' }),
      )
      .option(volumeOption.flags, pick(volumeOption.about)),
  async work({ output, options, args, path, context }) {
    const nextVolume = volumesFor(context, options.volume?.map(path))
    const { path: folder, search } = options
    return withArchiveOn(
      context.media(),
      path(args[0] ?? ''),
      { signal: context.signal, nextVolume },
      async (archive, another) => {
        try {
          return await (folder !== undefined || search !== undefined
            ? browse(archive, options, output, context)
            : all(archive, output, context))
        } catch (thrown) {
          if (options.foreign !== true) throw thrown
          await expectForeign(thrown, another(), { workerPath: context.workerPath, signal: context.signal })
          return foreign(another(), options, output, context)
        }
      },
    )
  },
}

/** All of it is read, whatever is asked for: it has no manifest. Nothing is shown as checked. */
async function foreign(archive: ArchiveAt, options: Options, output: Output, context: CommandContext) {
  const { workerPath, signal, stdout } = context
  const asked = wantedOf(options)
  const line = progressLine(context)
  let members = 0
  const onEntries = (entries: readonly ForeignEntry[]) => {
    const found = entries.filter(({ path }) => asked(path))
    if (found.length === 0) return
    line.clear()
    members += found.length
    if (output.json) output.rows('member', found, [])
    else for (const each of found) stdout(memberLine(each))
  }
  await listForeign(archive, { workerPath, signal, onEntries, onProgress: line.show }).finally(line.clear)
  const { ja, en } = problem('archive-no-manifest', { path: planOf(archive).path }).message
  output.log({ ja, en })
  return { exitCode: 0, facts: { members, header: null, foreign: true } }
}

function wantedOf({ path: folder, search }: Options): (path: string) => boolean {
  const text = search?.toLowerCase()
  const base = folder?.replace(/^\/+|\/+$/g, '')
  return (given) => {
    const path = given.replace(/^(\.\/)+/, '')
    if (text !== undefined && !path.toLowerCase().includes(text)) return false
    if (base === undefined) return true
    if (text !== undefined) return base === '' || path.startsWith(`${base}/`)
    return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) === base
  }
}

async function browse(archive: ArchiveAt, { path: folder, search }: Options, output: Output, context: CommandContext) {
  return withArchive(archive, async (browser) => {
    const page = (next: string | null) =>
      search === undefined
        ? browser.children(folder ?? '/', { limit: PAGE, next })
        : browser.search(search, { limit: PAGE, next, signal: context.signal })
    const below = folder === undefined || search === undefined ? null : withSlash(folder)
    const members = await printPages(page, output, context, below)
    return { exitCode: 0, facts: { members, header: browser.header } }
  })
}

async function all(archive: ArchiveAt, output: Output, { workerPath, signal, stdout }: CommandContext) {
  let members = 0
  const facts: Record<string, unknown> = {}
  await listArchive(
    archive,
    { workerPath, signal },
    {
      header(header) {
        facts.header = header
      },
      entry(entry) {
        members += 1
        if (output.json) output.rows('member', [entry], [])
        else stdout(memberLine(entry))
      },
    },
  )
  return { exitCode: 0, facts: { members, ...facts } }
}

async function printPages(
  page: (next: string | null) => Promise<BrowsePage>,
  output: Output,
  context: CommandContext,
  below: string | null,
): Promise<number> {
  let count = 0
  let next: string | null = null
  do {
    const got = await page(next)
    for (const row of got.rows) {
      if (below !== null && !row.path.startsWith(below)) continue
      count += 1
      if (output.json) output.rows('member', [row.entry ?? { path: row.path.slice(1), type: 'directory' }], [])
      else context.stdout(rowLine(row))
    }
    next = got.next
  } while (next !== null)
  return count
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`
}

/** A folder that is only the way to a member has nothing to tell but its name. */
function rowLine({ entry, path }: BrowseRow): string {
  return entry === null
    ? `${'directory'.padEnd(9)} ${''.padStart(4)} ${''.padStart(12)} ${path.slice(1)}\n`
    : memberLine(entry)
}

function memberLine({ type, mode, size, path, link }: ManifestEntry | ForeignEntry): string {
  const bits = mode.toString(8).padStart(4, '0')
  const target = link === null ? '' : ` -> ${link}`
  return `${type.padEnd(9)} ${bits} ${String(size).padStart(12)} ${path}${target}\n`
}
