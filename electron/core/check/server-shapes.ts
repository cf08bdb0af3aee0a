import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'
import type { ServerShape } from '../../../shared/model/server-shape.ts'
import { parameterFilePath, publicInfoPath } from '../../formats/layout.ts'

/**
 * All servers as the domain file states them, those of `hosts` with their settings. Files are read one after the other, so that a disk that
 * hangs takes one question and no more; a file that cannot be read leaves the settings unknown.
 */
export async function serverShapes(domain: Domain, hosts: readonly string[]): Promise<readonly ServerShape[]> {
  const shapes: ServerShape[] = []
  for (const server of domain.servers) {
    const settings = hosts.includes(server.host) ? await settingsOf(server).catch(() => null) : null
    const { host, name, site, roles, layout, prefix } = server
    shapes.push({ host, name, site, roles: [...roles], layout, prefix, settings })
  }
  return shapes
}

async function settingsOf(server: ServerConfig): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([server.services, server.extraTargets]))
  for (const path of [publicInfoPath(server), parameterFilePath(server)]) {
    hash.update(
      createHash('sha256')
        .update(await readFile(path))
        .digest(),
    )
  }
  return hash.digest('hex')
}
