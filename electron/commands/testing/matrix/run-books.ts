import { join } from 'node:path'
import type { Running, Shell } from '../shell.ts'

const stopped = ['stop-server', 'stop-address-service', 'stop-object-server']
const after = ['start', 'verify', 'second-copy', 'discard']
const dialog = ['open-console', 'take-lock', 'clear-journal', 'release-lock']
const unattended = ['check-console', 'check-replication', ...stopped, 'nxbackup', 'seal', ...after]

/** The run-books that the matrices take, each with its steps in their order (manual 15.2.3; facts §8). */
export const runBooks = {
  '(1)': [...dialog, 'end-console', 'stop-server', 'stop-directory', 'nxbackup', ...after],
  '(2)': unattended,
  '(3)': [
    ...['check-replication', ...dialog, 'stop-server', 'end-console', 'stop-directory', 'nxbackup'],
    ...['start', 'verify', 'await-replication', 'second-copy', 'discard'],
  ],
  '(4)': unattended,
  round: unattended,
  restore: [
    ...['check-archive', 'check-console', 'collect', ...stopped],
    ...['stage', 'swap', 'settle-data', 'start', 'repair', 'await-replication'],
  ],
  repair: ['repair', 'await-replication'],
} as const satisfies Readonly<Record<string, readonly string[]>>
export type BookName = keyof typeof runBooks
export const bookNames = Object.keys(runBooks) as BookName[]

/** What a run needs that stands outside of it: where archives go, and a whole one of the master. */
export interface Places {
  readonly medium: string
  /** Where every archive is copied to (二次媒体). */
  readonly copies: string
  /** An archive of the master, whole and good. */
  readonly archive: string
}

/** Brings the domain to where the run-book can begin: データ修復 needs a server that waits for it. */
export async function prepare(shell: Shell, book: BookName, { archive }: Places): Promise<void> {
  if (book !== 'repair') return
  const ended = await shell.run(['restore', '--server', 'MASTER', '--from', archive, '--no-repair', '--yes'])
  if (ended.code !== 1) throw new Error(ended.stderr)
}

/** Begins the run-book; `name` is that of an archive which one case alone writes. */
export function beginBook(shell: Shell, book: BookName, { medium, archive }: Places, name: string): Running {
  const command = (...words: string[]) => shell.begin([...words, '--yes', '--config', shell.config, '--json'])
  const to = join(medium, `${name}.tar.zst`)
  switch (book) {
    case '(1)':
      return shell.console('hq-mas', to)
    case '(2)':
      return command('backup', '--server', 'MASTER', '--to', to)
    case '(3)':
      return shell.console('tk-ml1', to)
    case '(4)':
      return command('backup', '--server', 'tk-ml1', '--to', to, '--wait', '60')
    case 'round':
      return command('backup', '--all', '--to', medium, '--wait', '60')
    case 'restore':
      return command('restore', '--server', 'MASTER', '--from', archive)
    case 'repair':
      return command('repair', '--server', 'MASTER')
  }
}
