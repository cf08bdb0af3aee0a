import { fail, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import { serviceSocket } from '../../formats/layout.ts'
import { addressOperations } from '../../wire/address-operations.ts'
import { serveSocket } from '../../wire/server.ts'
import type { ServiceBody, ServiceContext } from '../process/run-service.ts'
import { adoptPlace, mendContents, readDigests, readRange } from './contents.ts'
import { createDirectory, type Directory } from './directory.ts'
import { createGuard } from './guard.ts'
import { createImports, importResult } from './imports.ts'
import { createMaintenanceJobs } from './maintenance.ts'
import { requeue } from './outbox.ts'
import { readChanges } from './read-changes.ts'
import { reconcile } from './reconcile.ts'
import { keepRecords, missingRecords } from './records.ts'
import { type Done, editBatch, type Request } from './registrar.ts'
import { planMasterRepair, type RepairTools, repairMaster, repairReplica } from './repair.ts'
import { applyChanges } from './replica.ts'
import { createReplicationSender } from './replication-sender.ts'
import { findRecipient, locate, search } from './search.ts'
import { createSerialQueue } from './serial-queue.ts'
import { createStore } from './store.ts'

/** Most registrations of one transaction. */
const largestBatch = 256

/** The socket of another service of a host, by its kind. */
function socketOfKind({ domain }: ServiceContext, host: string, kind: 'object-server' | 'address-service'): string {
  const service = domain.servers.find((one) => one.host === host)?.services.find((one) => one.kind === kind)
  if (service === undefined) throw fail('service-unknown', { host, service: kind })
  return serviceSocket(domain, host, service.id)
}

/**
 * The address service: the name database's one writer on its server. It needs the Object Server to start and for every
 * request; when that comes back after a crash the next request settles what was left open.
 */
export const addressService: ServiceBody = async (context) => {
  const { domain, server, service, socket, log, requestStop } = context
  const store = createStore(socketOfKind(context, server.host, 'object-server'), server.host, service.name)
  const queue = createSerialQueue<Request>(largestBatch, (requests) => editBatch(directory, requests, around))
  const enqueue = (task: () => Promise<void>): void => {
    queue.run(task).catch((error: unknown) => log.write('warning', 'queued-work-failed', { problem: toProblem(error) }))
  }
  const guard = createGuard(() => directory, enqueue)
  const directory: Directory = createDirectory(domain, server, store, log, guard.load)
  await queue.run(directory.settle)

  const record = async (): Promise<void> => {
    const errand = sender.takeErrand()
    if (errand.statements.length === 0) return
    try {
      await directory.settle()
      await directory.write(errand.statements)
      errand.done(true)
    } catch (error) {
      errand.done(false)
      throw error
    }
  }
  const sender = createReplicationSender(
    directory,
    (host) => socketOfKind(context, host, 'address-service'),
    log,
    () => enqueue(record),
    (host, after, signal) => {
      const run = (task: () => Promise<void>) =>
        queue.run(async () => {
          await directory.settle()
          await task()
        })
      return requeue({ directory, run }, host, after, signal)
    },
  )
  const around = {
    refusal: () => directory.refusal() ?? guard.refusal(),
    takeErrand: sender.takeErrand,
    onCommitted: sender.wake,
  }
  const onMaster = (): void => {
    if (!directory.master) throw fail('not-master', { host: server.host })
  }

  const work = (request: Omit<Request, 'resolve' | 'reject'>): Promise<Done> => {
    onMaster()
    return new Promise((resolve, reject) => queue.join({ ...request, resolve, reject }))
  }
  const edit = async (request: Omit<Request, 'resolve' | 'reject'>): Promise<Done> => {
    const done = await work(request)
    const [first] = done.refused
    if (first !== undefined) throw new ProblemError(first.problem)
    return done
  }
  const imports = createImports()
  const jobs = createMaintenanceJobs()
  const tools: RepairTools = {
    domain,
    directory,
    run: queue.run,
    feederOf: sender.feeder,
    edits: async (one, operator) => (await edit({ edits: [one], operator, unit: 'all' })).effects,
  }

  const wire = await serveSocket(
    socket,
    addressOperations,
    {
      ping: async () => ({ pid: process.pid }),
      stop: async () => {
        requestStop()
        return null
      },
      status: async () => {
        const [counts] = await store.query(
          "SELECT count(*) FILTER (WHERE kind = 'user') AS users, count(*) FILTER (WHERE kind = 'organization') AS organizations FROM entity",
        )
        return {
          host: server.host,
          master: directory.master,
          position: directory.position(),
          ancestry: [...directory.place().ancestry],
          repairPending: directory.pending(),
          readOnly: directory.closed() !== null,
          closed: directory.closed(),
          users: Number(counts?.users ?? 0),
          organizations: Number(counts?.organizations ?? 0),
          lock: guard.lock(),
          sessions: [...guard.sessions()],
          journals: directory.master ? [...(directory.journals()?.list() ?? [])] : [],
          replicas: [...(await sender.status())],
        }
      },
      search: (query) => search(store, query),
      locate: (query) => locate(store, query),
      register: async ({ registration, operator }) => {
        const { effects, position } = await edit({
          edits: [{ action: 'register', registration }],
          operator,
          unit: 'all',
        })
        const entity = effects[0]?.after
        if (!entity) throw new Error('a registration without an entity')
        return { entity, position }
      },
      edit: async (input) => {
        const { effects, position } = await edit({ ...input, unit: 'all' })
        return { effects: [...effects], position }
      },
      'import.add': async (input, connection) => {
        onMaster()
        imports.add(connection, input.import, input.from, input.registrations)
        return null
      },
      'import.run': async ({ import: id, total, operator, partial, dryRun }, connection) => {
        const { edits, cancelled } = imports.take(connection, id, total)
        const done = await work({ edits, operator, dryRun, unit: partial ? 'each' : 'all', cancelled })
        return importResult(done)
      },
      'import.cancel': async ({ import: id }, connection) => {
        imports.cancel(connection, id)
        return null
      },
      'lock.status': async () => guard.lock(),
      'lock.acquire': async ({ owner, leaseMs, noConsole }) => {
        onMaster()
        return await queue.run(() => guard.acquire(owner, leaseMs, noConsole === true))
      },
      'lock.renew': async ({ token }) => guard.renew(token),
      'lock.release': async ({ token }) => {
        await queue.run(() => guard.release(token))
        return null
      },
      'lock.break': async ({ token, by }) =>
        await queue.run(async () => {
          const lock = guard.lock()
          if (!lock.held || lock.token !== token) return false
          log.write('warning', 'lock-broken', { by, holder: lock.owner, since: lock.since, token })
          await guard.release(token)
          return true
        }),
      'session.list': async () => [...guard.sessions()],
      'session.login': async ({ owner, leaseMs }) => {
        onMaster()
        return await queue.run(() => guard.login(owner, leaseMs))
      },
      'session.renew': async ({ session }) => {
        guard.renewSession(session)
        return null
      },
      'session.logout': async ({ session }) => {
        await queue.run(() => guard.logout(session))
        return null
      },
      'journal.list': async () => [...(directory.journals()?.list() ?? [])],
      'journal.seal': async ({ host, token, by }) => {
        onMaster()
        return await queue.run(async () => {
          await directory.settle()
          guard.demand(token)
          const journals = directory.journals()
          if (journals === null) throw fail('journal-not-kept', { host })
          const segment = journals.seal(host, by, new Date())
          log.write('info', 'sealed', { sealed: host, by: by.operator, records: segment?.records ?? 0 })
          return segment
        })
      },
      recipient: ({ address }) => findRecipient(store, address),
      replicate: (given) => queue.run(() => applyChanges(directory, given)),
      'contents.digests': ({ from, bounds }) => readDigests(store, from, bounds),
      'contents.rows': ({ from, to }) => readRange(store, from, to),
      'contents.mend': (given) => queue.run(() => mendContents(directory, given)),
      'contents.adopt': (given) => queue.run(() => adoptPlace(directory, given)),
      'reconcile.begin': async ({ host, newer, operator }) => {
        onMaster()
        const feeder = sender.feeder(host)
        return jobs.begin(host, operator, async (context) => ({
          reconciled: await reconcile({ ...tools, feeder }, { host, newer, operator }, context),
        }))
      },
      'repair.plan': async ({ attested }) => {
        onMaster()
        return await planMasterRepair(tools, attested)
      },
      'repair.begin': async ({ host, ...wish }) => {
        onMaster()
        const feeder = host === server.host ? null : sender.feeder(host)
        return jobs.begin(host, wish.operator, async (context) => ({
          repaired:
            feeder === null
              ? await repairMaster(tools, wish, context)
              : await repairReplica({ ...tools, feeder }, wish, context),
        }))
      },
      'maintenance.poll': ({ job, seen }) => jobs.poll(job, seen),
      'maintenance.cancel': async ({ job }) => {
        jobs.cancel(job)
        return null
      },
      'changes.read': ({ after, limit }) => readChanges(store, after, limit),
      'changes.missing': (given) => missingRecords(directory, given),
      'changes.keep': (given) => queue.run(() => keepRecords(directory, given)),
    },
    (event, details) => log.write('warning', event, details),
  )
  return {
    stop: async () => {
      await jobs.stop()
      await wire.close()
      await sender.stop()
      // What the feeders queued last is carried out before the journals close.
      await queue.run(async () => {})
      guard.close()
      directory.close()
    },
  }
}
