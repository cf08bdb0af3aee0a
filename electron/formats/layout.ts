import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { assertNever } from '../../shared/model/assert-never.ts'
import type { Domain, Layout, ServerConfig } from '../../shared/model/domain.ts'
import { fail } from '../../shared/model/problem.ts'

/** The longest path that a Unix socket address holds, in bytes, without its closing NUL. */
const socketPathLimit = 107

/** The folder of the product under `/` on one kind of system (system administrator's guide, UNIX edition). */
function rootOf(layout: Layout): string {
  switch (layout) {
    case 'hi-ux':
      return 'usr/GroupMail'
    case 'hp-ux':
    case 'aix':
      return 'var/opt/GroupMail'
    default:
      return assertNever(layout)
  }
}

/** Absolute folder under which a server keeps its management files. */
export function serverRoot(server: Pick<ServerConfig, 'layout' | 'prefix'>): string {
  return join(server.prefix, rootOf(server.layout))
}

/** The folders under a server's root that belong in every backup; the three layouts agree on them. */
export const layoutFolders: readonly string[] = [
  'Groupmax',
  'nxcdir',
  'nxudir',
  'nxrdir',
  'nxsdir',
  'oafkairan',
  'x400/config',
  'x400/runtime',
  'isp',
]

/** The text file with `MNG_JOURNAL`. */
export function publicInfoPath(server: ServerConfig): string {
  return join(serverRoot(server), 'nxcdir', 'gmpublicinfo')
}

/** The Object Server's 初期設定パラメタファイル. Its place is our own decision: the manuals leave it to the site. */
export function parameterFilePath(server: ServerConfig): string {
  return join(serverRoot(server), 'nxcdir', 'xodparam')
}

/** On the master: the folder with one journal for each other server (manual 15.2.3). */
export function serverJournalFolder(master: ServerConfig): string {
  return join(serverRoot(master), 'nxsdir', 'journal')
}

/** Where a mail server stores mails (own decision; it lies in a backup target). */
export function mailFolder(server: ServerConfig): string {
  return join(serverRoot(server), 'nxudir', 'mail')
}

/** A host's name as a file name: itself, or shortened with a digest where a file name could not hold it (own decision). */
export function hostFileName(host: string): string {
  if (host.length <= 200) return host
  return `${host.slice(0, 180)}~${createHash('sha256').update(host).digest('hex').slice(0, 16)}`
}

/**
 * Absolute path of a service's Unix socket. Throws `socket-path-too-long` (78): Node cuts a long path silently, and a
 * client would then talk to another service.
 */
export function serviceSocket(domain: Pick<Domain, 'file' | 'folders'>, host: string, serviceId: string): string {
  const identity = `${domain.file}\0${host}\0${serviceId}`
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 8)
  const path = join(domain.folders.sockets, `${name}.sock`)
  const bytes = Buffer.byteLength(path)
  if (bytes > socketPathLimit) throw fail('socket-path-too-long', { path, bytes, file: domain.file })
  return path
}
