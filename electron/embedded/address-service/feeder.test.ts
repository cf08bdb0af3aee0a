import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withFolder } from '../../formats/testing/sample.ts'
import { addressOperations } from '../../wire/address-operations.ts'
import { basicOperations } from '../../wire/basic-operations.ts'
import { serveSocket } from '../../wire/server.ts'
import { until } from '../testing/sample.ts'
import type { Directory } from './directory.ts'
import { createFeeder } from './feeder.ts'

it('has the journals read once for what none of them shows', () =>
  withFolder(async (folder) => {
    const socket = join(folder, 's')
    const line = (number: number) => ({ position: { timeline: 'A', number }, ancestry: [] })
    let asked = 0
    const { replicate } = addressOperations
    const server = await serveSocket(
      socket,
      { ...basicOperations, replicate },
      {
        ping: async () => ({ pid: process.pid }),
        stop: async () => null,
        replicate: async () => {
          asked += 1
          return { ...line(asked < 4 ? 5 : 7), pending: false }
        },
      },
      () => {},
    )
    const directory = {
      position: () => line(10).position,
      place: () => line(10),
      store: { query: async () => [] },
    } as unknown as Directory
    const sought: number[] = []
    const requeue = async (_host: string, after: number): Promise<void> => void sought.push(after)
    const log = { write: () => {} } as never
    const feeder = createFeeder(directory, 'tk-ml1', socket, log, { heard: () => {}, requeue })
    await until(() => asked >= 6)
    expect(sought).toEqual([5, 7])
    await feeder.stop()
    await server.close()
  }))
