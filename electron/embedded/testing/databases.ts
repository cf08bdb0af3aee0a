import { copyFileSync } from 'node:fs'
import { createArchiveCatalog } from '../../adapters/catalog/archive-catalog.ts'
import { connectAddressServices } from '../../adapters/directory/address-services.ts'
import { createDataRepair } from '../../adapters/directory/data-repair.ts'
import { createReplication } from '../../adapters/directory/replication.ts'
import type { DataRepair } from '../../core/ports/data-repair.ts'
import type { Replication } from '../../core/ports/replication.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { nameDatabaseArea } from '../../wire/name-database.ts'
import type { TestDomain } from './sample.ts'

/** The file of a server's name database. */
export function nameDatabaseFile(test: TestDomain, host: string): string {
  const area = readAreas(test.server(host)).find((one) => one.name === nameDatabaseArea)
  const file = area?.files[0]?.path
  if (file === undefined) throw new Error(`no name database at ${host}`)
  return file
}

export async function startDirectory(test: TestDomain, ...hosts: string[]): Promise<void> {
  await Promise.all(hosts.map((host) => test.start(host, 'object-server', 'address-service')))
}

export async function stopDirectory(test: TestDomain, ...hosts: string[]): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      await test.driver(host, 'address-service').stop()
      await test.driver(host, 'object-server').stop()
    }),
  )
}

/** Keeps a copy of a stopped server's name database; the answer puts it back. */
export function keepDatabase(test: TestDomain, host: string): () => void {
  const file = nameDatabaseFile(test, host)
  const copy = `${file}.kept-${Math.random().toString(16).slice(2)}`
  copyFileSync(file, copy)
  return () => copyFileSync(copy, file)
}

/** The ports of replication and repair on a test's domain. */
export function replicationOf(test: TestDomain): Replication & DataRepair & { close(): void } {
  const services = connectAddressServices(test.domain)
  const replication = createReplication(services, 'gmadmin')
  return {
    ...replication,
    ...createDataRepair(test.domain, services, createArchiveCatalog({ stateFolder: test.domain.folders.state })),
    close: services.close,
  }
}
