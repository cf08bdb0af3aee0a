import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fail } from '../../../shared/model/problem.ts'
import { renderDomain } from '../../formats/domain-file.ts'
import { fsyncFolder, makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { mailFolder } from '../../formats/layout.ts'
import { readPidFile } from '../../formats/pid-file.ts'
import { isSameProcess } from '../../wire/process-identity.ts'
import { takeServiceLock } from '../process/service-lock.ts'
import { writeDatabases } from './databases.ts'
import { findFreePorts } from './free-ports.ts'
import { writeMails } from './mails.ts'
import { writeManagementFiles } from './management-files.ts'
import { samplePeople } from './people.ts'
import { domainFileName, markerName, sampleDomain, sampleServerCount } from './structure.ts'
import { syncTree } from './sync-tree.ts'

export type SampleOptions = {
  /** Where it is made: a folder that is empty or not there. */
  readonly root: string
  readonly users?: number
  readonly mails?: number
  readonly name?: string
  /** Whether the master keeps a journal of its own (`MNG_JOURNAL`); yes, unless told otherwise. */
  readonly masterJournal?: boolean
}

/** Longest path of a Unix socket, in bytes. */
const longestSocket = 107

/** Under the root where the path is short enough, else under the folder for temporary files. */
function socketFolder(root: string): string {
  const inside = join(root, 'run')
  if (Buffer.byteLength(join(inside, '12345678.sock')) <= longestSocket) return inside
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 8)
  return join(tmpdir(), `untenseki-${digest}`)
}

/**
 * Makes the sample domain and returns its domain file's absolute path. The marker is written first and the domain file last,
 * once all but the mails is durable: a folder with the marker alone is what an interrupted making left, and is made anew.
 * Throws `sample-folder-not-empty`.
 */
export async function initSample(options: SampleOptions): Promise<string> {
  const { users = 300, mails = 3000, name = '本社アドレス管理ドメイン', masterJournal = true } = options
  const root = resolve(options.root)
  makeFolderDurable(root)
  const marker = join(root, markerName)
  const found = readdirSync(root)
  if (found.length > 0 && !found.includes(markerName)) throw fail('sample-folder-not-empty', { root })
  const lock = takeServiceLock(marker)
  if (lock === null || existsSync(join(root, domainFileName))) {
    lock?.release()
    throw fail('sample-folder-not-empty', { root })
  }
  try {
    for (const entry of readdirSync(root)) if (entry !== markerName) rmSync(join(root, entry), { recursive: true })
    fsyncFolder(root)
    const domain = sampleDomain(root, name, socketFolder(root), await findFreePorts(sampleServerCount))
    for (const server of domain.servers) {
      const journal = masterJournal && server.roles.includes('master') ? join(server.prefix, 'journal') : null
      writeManagementFiles(domain, server, journal)
    }
    const entities = samplePeople(
      users,
      domain.servers.map((server) => server.host),
    )
    writeDatabases(domain.servers, randomBytes(8).toString('hex'), entities)
    const boxes = domain.servers.flatMap((server) =>
      entities
        .filter((entity) => entity.kind === 'user' && entity.host === server.host)
        .map((user) => ({ user, folder: join(mailFolder(server), user.id) })),
    )
    writeMails(boxes, mails)
    for (const folder of [domain.folders.state, domain.folders.backups])
      mkdirSync(folder, { recursive: true, mode: 0o700 })
    syncTree(root, new Set(domain.servers.map(mailFolder)))
    writeFileDurable(domain.file, renderDomain(domain))
    return domain.file
  } finally {
    lock.release()
  }
}

/** Throws `sample-marker-missing` where a folder is no sample domain: nothing in it may be stopped or removed. */
export function assertSample(folder: string): void {
  const root = resolve(folder)
  if (!existsSync(join(root, markerName))) throw fail('sample-marker-missing', { root })
}

/**
 * Removes a sample domain with everything under its root. Throws `sample-marker-missing`, and `sample-in-use` while a service
 * of it runs. The marker goes last, so that an interrupted removal can be done again.
 */
export function destroySample(folder: string): void {
  const root = resolve(folder)
  const marker = join(root, markerName)
  assertSample(root)
  const pids = join(root, 'state', 'pids')
  for (const file of existsSync(pids) ? readdirSync(pids) : []) {
    const process = file.endsWith('.json') ? readPidFile(join(pids, file)) : null
    if (process !== null && isSameProcess(process))
      throw fail('sample-in-use', { service: file.slice(0, -'.json'.length) })
  }
  const sockets = socketFolder(root)
  for (const entry of readdirSync(root)) if (entry !== markerName) rmSync(join(root, entry), { recursive: true })
  rmSync(sockets, { recursive: true, force: true })
  fsyncFolder(root)
  rmSync(marker)
  rmdirSync(root)
}
