import { fail } from '../../../shared/model/problem.ts'
import { readAreas } from '../../formats/parameter-file.ts'
import { objectOperations } from '../../wire/object-operations.ts'
import { serveSocket } from '../../wire/server.ts'
import type { ServiceBody } from '../process/run-service.ts'
import { type AreaDatabase, openArea } from './database.ts'
import { createParts } from './parts.ts'

const momentMs = 250

/**
 * The Object Server: owns the databases in the files of the 初期設定パラメタファイル and serves them on its socket. A request is
 * carried out whole before the next one is looked at, so a transaction is never interleaved with another.
 */
export const objectServer: ServiceBody = async ({ server, socket, log, requestStop }) => {
  const areas = new Map<string, AreaDatabase>()
  for (const area of readAreas(server)) areas.set(area.name, openArea(area))
  const users = new Map<number, string>()
  const parts = createParts()
  let onUserGone = (): void => {}

  /** Resolves when nobody uses it any more, at the latest after a moment: the end of a user that is over may be on its way. */
  const lastUsersGone = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, momentMs)
      onUserGone = () => {
        if (users.size > 0) return
        clearTimeout(timer)
        resolve()
      }
    })

  const areaNamed = (name: string): AreaDatabase => {
    const found = areas.get(name)
    if (found === undefined) throw fail('area-unknown', { area: name })
    return found
  }

  const wire = await serveSocket(
    socket,
    objectOperations,
    {
      ping: async () => ({ pid: process.pid }),
      hello: async ({ application }, connection) => {
        users.set(connection.id, application)
        connection.onClose(() => {
          users.delete(connection.id)
          onUserGone()
        })
        log.write('info', 'session', { application, connection: connection.id })
        return { areas: [...areas.keys()] }
      },
      query: async ({ area, sql, params }) => areaNamed(area).query(sql, params),
      transaction: async ({ area, statements, added }, connection) => {
        const before = parts.take(connection.id, added)
        return areaNamed(area).transaction([...before, ...statements])
      },
      'transaction.add': async ({ batch, part, statements }, connection) => {
        parts.add(connection, batch, part, statements)
        return null
      },
      stop: async () => {
        if (users.size > 0) await lastUsersGone()
        if (users.size > 0) throw fail('object-server-in-use', { users: [...new Set(users.values())].join(', ') })
        requestStop()
        return null
      },
    },
    (event, details) => log.write('warning', event, details),
  )
  return {
    stop: async () => {
      await wire.close()
      for (const area of areas.values()) area.close()
    },
  }
}
