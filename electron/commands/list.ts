import type { ManifestEntry } from '../../shared/model/archive.ts'
import { listArchive } from '../core/archive/list.ts'
import type { Verb } from './verb.ts'

export const listVerb: Verb = {
  name: 'list',
  about: { ja: 'アーカイブの内容を一覧表示する', en: 'list what an archive holds' },
  examples: ['untenseki list /backup/hq-mas-20261122-020014.tar.zst'],
  readsOnly: true,
  shape: (command) => command.argument('<archive>'),
  async work({ output, args, path, context }) {
    const file = path(args[0] ?? '')
    let members = 0
    const facts: Record<string, unknown> = {}
    await listArchive(
      file,
      { workerPath: context.workerPath, signal: context.signal },
      {
        header(header) {
          facts.header = header
        },
        entry(entry) {
          members += 1
          if (output.json) output.rows('member', [entry], [])
          else context.stdout(memberLine(entry))
        },
      },
    )
    return { exitCode: 0, facts: { members, ...facts } }
  },
}

function memberLine({ type, mode, size, path, link }: ManifestEntry): string {
  const bits = mode.toString(8).padStart(4, '0')
  const target = link === null ? '' : ` -> ${link}`
  return `${type.padEnd(9)} ${bits} ${String(size).padStart(12)} ${path}${target}\n`
}
