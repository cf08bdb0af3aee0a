import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Owner } from '../shared/model/owner.ts'
import { fail } from '../shared/model/problem.ts'
import type { RunState } from '../shared/model/run-state.ts'
import { createArchiveCatalog } from './adapters/catalog/archive-catalog.ts'
import { connectAddressServices } from './adapters/directory/address-services.ts'
import { connectDirectory } from './adapters/directory/connect.ts'
import { createDataRepair } from './adapters/directory/data-repair.ts'
import { journalRecords } from './adapters/directory/journal-records.ts'
import { createReplication } from './adapters/directory/replication.ts'
import { checkExtracted, checkStored, readStoredPlace } from './adapters/directory/stored-position.ts'
import { ageCipher } from './adapters/encryption/age.ts'
import { openMedia } from './adapters/media/media.ts'
import { commandNotifier } from './adapters/notify/command.ts'
import { mailNotifier } from './adapters/notify/mail.ts'
import { toldFile } from './adapters/notify/told-file.ts'
import { systemClock } from './adapters/platform/clock.ts'
import { assertOwnFolders } from './adapters/platform/own-folders.ts'
import { createRunLock } from './adapters/platform/run-lock.ts'
import { createRunStore } from './adapters/run-store/run-store.ts'
import { machineSchedulers } from './adapters/schedule/choose.ts'
import { createCommandDriver } from './adapters/services/command/driver.ts'
import { createServiceDriver } from './adapters/services/driver.ts'
import { setKeyring } from './core/archive/sealed/keyring.ts'
import { openConsole as openOn, type PreferencesStore } from './core/console/console.ts'
import type { Console } from './core/console/port.ts'
import { type Engine, masterOf, serverOf } from './core/engine.ts'
import { runNotice } from './core/notify/run-notice.ts'
import { createTeller } from './core/notify/teller.ts'
import type { Log } from './core/ports/log.ts'
import type { Medium } from './core/ports/medium.ts'
import { watchRuns } from './core/procedure/watched-runs.ts'
import { loadDomain } from './formats/domain-file.ts'
import { serviceSocket } from './formats/layout.ts'

export { assertSample, destroySample, initSample } from './embedded/sample/init.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What only a root knows: who acts, from which program, on which domain file. */
export interface EngineOptions {
  /** Absolute. */
  readonly configFile: string
  readonly owner: Owner
  readonly env: Environment
  /** Node, or Electron's own binary. */
  readonly execPath: string
  /** Whether `execPath` is Electron's binary, which must be told to behave as Node. */
  readonly electron: boolean
  readonly servicePath: string
  readonly workerPath: string
  /** The words that call the commands, for what is to run by itself. */
  readonly program: readonly string[]
  readonly home: string
  readonly product: string
  readonly uid: number
  readonly log: Log
  /** Told of every step that a run driven from here takes. */
  readonly onRun?: (state: RunState) => void
}

/** Where the sample domain lies unless told otherwise: `$XDG_DATA_HOME/untenseki/sample`. */
export function sampleRootOf(env: Environment, home: string): string {
  const data = env.XDG_DATA_HOME || join(home, '.local', 'share')
  return join(data, 'untenseki', 'sample')
}

/**
 * The domain file meant (design §3): the one given, else `$UNTENSEKI_CONFIG`, else `/etc/untenseki/domain.yaml`, else
 * the sample domain's. Throws `no-domain-file` (78) when that is not there, `domain-file-forbidden` (77) when this account
 * may not read it.
 */
export function findDomainFile(given: string | undefined, env: Environment, home: string): string {
  const site = '/etc/untenseki/domain.yaml'
  const sample = join(sampleRootOf(env, home), 'untenseki.yaml')
  const file = given || env.UNTENSEKI_CONFIG || (existsSync(site) ? site : sample)
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw fail(code === 'EACCES' ? 'domain-file-forbidden' : 'no-domain-file', { file }, error)
  }
  return file
}

/** Every medium, for a command that reads archives and needs no domain. */
export function readableMedia(): Medium {
  return openMedia({ recordBytes: 1024 * 1024, now: systemClock.now })
}

/** Domain file → engine: an adapter behind every port. Opens no connection and starts nothing; throws what is wrong with the file (78), and `folder-foreign` (77). */
export function composeEngine(options: EngineOptions): Engine {
  const domain = loadDomain(options.configFile)
  assertOwnFolders(domain, options.uid)
  const master = masterOf(domain)
  const addressService = master.services.find((service) => service.kind === 'address-service')
  if (!addressService) throw fail('service-unknown', { service: 'address-service', host: master.host, services: '-' })
  const socket = serviceSocket(domain, master.host, addressService.id)
  const directory = connectDirectory({ socket, host: master.host })
  const services = connectAddressServices(domain)
  const env = options.electron ? { ...options.env, ELECTRON_RUN_AS_NODE: '1' } : options.env
  const launch = { execPath: options.execPath, servicePath: options.servicePath, env }
  const stateFolder = domain.folders.state
  setKeyring(ageCipher(domain.media.encryption, options.env))
  const { mail, command, on } = domain.notifications
  const notifiers = [
    ...(mail ? [mailNotifier(mail, options.env)] : []),
    ...(command ? [commandNotifier(command, options.env)] : []),
  ]
  const told = toldFile(stateFolder)
  const catalog = createArchiveCatalog({ stateFolder })
  const teller = createTeller(notifiers, { on, log: options.log, told, clock: systemClock })
  return {
    domain,
    clock: systemClock,
    log: options.log,
    owner: options.owner,
    product: options.product,
    workerPath: options.workerPath,
    uid: options.uid,
    driver(host, serviceId) {
      const server = serverOf(domain, host)
      const service = server.services.find((each) => each.id === serviceId)
      if (!service) {
        const services = server.services.map((each) => each.id).join(', ')
        throw fail('service-unknown', { service: serviceId, host, services })
      }
      return service.commands === null
        ? createServiceDriver(domain, server, service, launch)
        : createCommandDriver(domain, server, service, service.commands, options.env)
    },
    names: directory.names,
    lock: directory.lock,
    sessions: directory.sessions,
    journals: { ...directory.journals, records: journalRecords(domain) },
    replication: createReplication(services, options.owner.operator),
    repair: createDataRepair(domain, services, catalog),
    catalog,
    databaseFile: { readPlace: readStoredPlace, checkExtracted, check: checkStored },
    runLock: createRunLock({ stateFolder, now: systemClock.now }),
    runs: watchRuns(createRunStore({ stateFolder }), (state, event) => {
      options.onRun?.(state)
      const notice = event.kind === 'run-ended' ? runNotice(domain, state) : null
      if (notice) teller.tell(notice)
    }),
    medium: openMedia({ recordBytes: domain.media.recordBytes, now: systemClock.now, scratchFolder: stateFolder }),
    teller,
    told,
    schedulers: (folder) =>
      machineSchedulers({
        domainFile: domain.file,
        folder,
        uid: options.uid,
        operator: options.owner.operator,
        home: options.home,
        catchUp: [...options.program, 'schedule', 'catch-up', '--config', domain.file],
      }),
    close() {
      directory.close()
      services.close()
    },
  }
}

/** A console on that domain; see `core/console/port.ts`. */
export function openConsole(options: EngineOptions, preferences: PreferencesStore): Promise<Console> {
  return openOn(composeEngine(options), preferences)
}
