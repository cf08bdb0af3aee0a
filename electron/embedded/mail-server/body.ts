import { once } from 'node:events'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { fail, toProblem } from '../../../shared/model/problem.ts'
import { mailFolder, serviceSocket } from '../../formats/layout.ts'
import { addressOperations } from '../../wire/address-operations.ts'
import { basicOperations } from '../../wire/basic-operations.ts'
import { createWireClient } from '../../wire/client.ts'
import { serveSocket } from '../../wire/server.ts'
import type { ServiceBody } from '../process/run-service.ts'
import { prepareMailFolder, storeMail } from './store-mail.ts'

/** Largest mail: 1,992,294 KB (system administrator's guide). */
const largestMail = 1_992_294 * 1024
const lookupTimeoutMs = 10_000
const closeTimeoutMs = 5_000

/** An error as the SMTP library sends it. */
function refuse(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}

/**
 * The server (mail): takes SMTP on loopback and stores one file a mail and recipient. The recipient is asked of this server's
 * address service: 550 when nobody has the address, 451 when the service cannot be asked. A mail stays on the server that
 * took it; the embedded servers do not relay (own decision).
 */
export const mailServer: ServiceBody = async ({ domain, server, service, socket, log, requestStop }) => {
  const addressService = server.services.find((one) => one.kind === 'address-service')
  const port = service.port
  if (addressService === undefined || port === null)
    throw fail('service-unknown', { host: server.host, service: service.id })
  const names = createWireClient(serviceSocket(domain, server.host, addressService.id), addressOperations, {
    timeoutMs: lookupTimeoutMs,
  })
  const folder = prepareMailFolder(mailFolder(server))
  /** User ids of the recipients that were accepted, by session and address. */
  const accepted = new WeakMap<SMTPServerSession, Map<string, string>>()

  const check = async (address: string, session: SMTPServerSession): Promise<void> => {
    const user = await names.call('recipient', { address }).catch((error: unknown) => {
      log.write('warning', 'recipient-not-checked', { problem: toProblem(error) })
      throw refuse(451, 'The address service cannot be asked')
    })
    if (user === null) throw refuse(550, `No such user: ${address}`)
    const users = accepted.get(session) ?? new Map<string, string>()
    accepted.set(session, users.set(address, user.id))
  }

  const store = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> => {
    const known = accepted.get(session)
    const users = new Set(session.envelope.rcptTo.flatMap(({ address }) => known?.get(address) ?? []))
    const accept = (): void => {
      if (stream.sizeExceeded) throw refuse(552, 'The mail is too large')
    }
    await storeMail(folder, [...users], stream, accept).catch((error: unknown) => {
      if (stream.sizeExceeded) throw error
      log.write('error', 'mail-not-stored', { problem: toProblem(error) })
      throw refuse(451, 'The mail could not be stored')
    })
    log.write('info', 'mail', { users: users.size, bytes: stream.byteLength })
  }

  const smtp = new SMTPServer({
    name: server.host,
    banner: 'Untenseki',
    size: largestMail,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: closeTimeoutMs,
    onRcptTo: ({ address }, session, callback) => {
      check(address, session).then(() => callback(), callback)
    },
    onData: (stream, session, callback) => {
      store(stream, session).then(() => callback(null, 'Stored'), callback)
    },
  })
  smtp.on('error', (error) => log.write('warning', 'smtp-error', { text: error.message }))
  const listener = smtp.listen(port, '127.0.0.1')
  try {
    await once(listener, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw fail('port-in-use', { port }, error)
    throw error
  }
  const wire = await serveSocket(
    socket,
    basicOperations,
    {
      ping: async () => ({ pid: process.pid }),
      stop: async () => {
        requestStop()
        return null
      },
    },
    (event, details) => log.write('warning', event, details),
  )
  return {
    stop: async () => {
      await wire.close()
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
      names.close()
    },
  }
}
