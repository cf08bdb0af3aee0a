import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Domain, ServerConfig, ServiceConfig } from '../../../shared/model/domain.ts'
import type { Owner } from '../../../shared/model/owner.ts'
import { ProblemError } from '../../../shared/model/problem.ts'
import { connectDirectory, type Directory } from '../../adapters/directory/connect.ts'
import { createServiceDriver } from '../../adapters/services/driver.ts'
import type { Launch } from '../../adapters/services/launch.ts'
import { buildCommands } from '../../commands/testing/build-commands.ts'
import type { ServiceDriver } from '../../core/ports/service-driver.ts'
import { loadDomain } from '../../formats/domain-file.ts'
import { serviceSocket } from '../../formats/layout.ts'
import { readPidFile, serviceFiles } from '../../formats/pid-file.ts'
import { isSameProcess } from '../../wire/process-identity.ts'
import { initSample, type SampleOptions } from '../sample/init.ts'

/** A sample domain of real processes in a folder of its own, and the handles that tests need. */
export type TestDomain = {
  readonly domain: Domain
  readonly root: string
  readonly launch: Launch
  server(host: string): ServerConfig
  service(host: string, id: string): ServiceConfig
  driver(host: string, id: string): ServiceDriver
  start(host: string, ...ids: string[]): Promise<void>
  /** The running process of a service. */
  pid(host: string, id: string): number
  kill(host: string, id: string): void
  socket(host: string, id: string): string
  directory(host: string): Directory
  /** Kills what still runs and removes the folder. */
  remove(): Promise<void>
}

export const operator: Owner = { operator: 'gmadmin', host: 'console1', pid: process.pid, kind: 'console' }

export async function makeTestDomain(options: Partial<SampleOptions> = {}): Promise<TestDomain> {
  const servicePath = join(dirname(await buildCommands()), 'service.cjs')
  const root = mkdtempSync(join(tmpdir(), 'unt-'))
  const file = await initSample({ users: 30, mails: 20, ...options, root })
  const domain = loadDomain(file)
  const launch: Launch = { execPath: process.execPath, servicePath, env: process.env }
  const clients: Directory[] = []

  const server = (host: string): ServerConfig => {
    const found = domain.servers.find((one) => one.host === host)
    if (found === undefined) throw new Error(`no server ${host}`)
    return found
  }
  const service = (host: string, id: string): ServiceConfig => {
    const found = server(host).services.find((one) => one.id === id)
    if (found === undefined) throw new Error(`no service ${id}`)
    return found
  }
  const live = (host: string, id: string): number | null => {
    const found = readPidFile(serviceFiles(domain, host, id).pid)
    return found !== null && isSameProcess(found) ? found.pid : null
  }
  const driver = (host: string, id: string) => createServiceDriver(domain, server(host), service(host, id), launch)
  const pid = (host: string, id: string): number => {
    const found = live(host, id)
    if (found === null) throw new Error(`${host}/${id} does not run`)
    return found
  }
  const socket = (host: string, id: string) => serviceSocket(domain, host, id)

  return {
    domain,
    root,
    launch,
    server,
    service,
    driver,
    pid,
    socket,
    kill: (host, id) => void process.kill(pid(host, id), 'SIGKILL'),
    start: async (host, ...ids) => {
      const wanted = ids.length > 0 ? ids : server(host).services.map((one) => one.id)
      for (const id of wanted) await driver(host, id).start()
    },
    directory: (host) => {
      const made = connectDirectory({ socket: socket(host, 'address-service'), host })
      clients.push(made)
      return made
    },
    remove: async () => {
      for (const client of clients) client.close()
      for (const one of domain.servers) {
        for (const { id } of one.services) {
          const found = live(one.host, id)
          if (found !== null) process.kill(found, 'SIGKILL')
        }
      }
      await until(() => domain.servers.every((one) => one.services.every(({ id }) => live(one.host, id) === null)))
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Waits for what no event tells of; fails when it doesn't come. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('what was awaited did not come')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The code of the problem that a promise rejects with; the text of any other error; null when it resolves. */
export async function problemOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    return error instanceof ProblemError ? error.problem.code : String(error)
  }
}
