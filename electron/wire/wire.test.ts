import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fail, toProblem } from '../../shared/model/problem.ts'
import { z } from '../../shared/zod.ts'
import { createWireClient, WireError } from './client.ts'
import { maxFrameBytes } from './frame.ts'
import { defineOperations } from './operation.ts'
import { serveSocket, type WireServer } from './server.ts'
import { prepareSocketFolder } from './socket-path.ts'

const operations = defineOperations({
  echo: { input: z.object({ text: z.string() }), output: z.string() },
  wait: { input: z.object({}), output: z.null() },
  refuse: { input: z.object({}), output: z.null() },
})

describe('the wire', () => {
  let folder = ''
  let server: WireServer | null = null
  let waiting: (() => void)[] = []
  const release = (): void => {
    for (const end of waiting) end()
    waiting = []
  }
  const path = () => join(folder, 's.sock')
  const serve = async (): Promise<WireServer> => {
    const made = await serveSocket(
      path(),
      operations,
      {
        echo: async ({ text }) => text,
        wait: () => new Promise((resolve) => waiting.push(() => resolve(null))),
        refuse: async () => {
          throw fail('entity-exists', { id: 'u1' })
        },
      },
      () => {},
    )
    server = made
    return made
  }
  const connectTo = (timeoutMs = 5_000) => createWireClient(path(), operations, { timeoutMs })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wire-'))
  })
  afterEach(async () => {
    release()
    await server?.close()
    server = null
    rmSync(folder, { recursive: true, force: true })
  })
  const reasonOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error) => (error instanceof WireError ? [error.reason, error.sent] : toProblem(error).code),
    )

  it('carries large texts both ways, many at once, whatever their bytes', async () => {
    await serve()
    const client = connectTo()
    const texts = ['名前\n改行\t\u2028"', 'x'.repeat(3_000_000), 'あ'.repeat(500_000), '']
    expect(await Promise.all(texts.map((text) => client.call('echo', { text })))).toEqual(texts)
    await expect(client.call('echo', { text: 'x'.repeat(maxFrameBytes) })).rejects.toThrow('longer')
    expect(await client.call('echo', { text: 'still' })).toBe('still')
    client.close()
  })

  it('joins what arrives in pieces, and takes several lines of one piece', async () => {
    await serve()
    const bytes = Buffer.from('{"id":1,"op":"echo","text":"日本"}\n{"id":2,"op":"echo","text":"商事"}\n')
    const answers = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(path())
      socket.on('data', (chunk) => {
        text += chunk
        if (text.split('\n').length === 3) socket.destroy()
      })
      socket.on('close', () => resolve(text))
      for (const byte of bytes.subarray(0, 50)) socket.write(Buffer.from([byte]))
      socket.write(bytes.subarray(50))
    })
    const values = answers
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).value)
    expect(values).toEqual(['日本', '商事'])
  })

  it('brings problems over unchanged', async () => {
    await serve()
    const client = connectTo()
    expect(await reasonOf(client.call('refuse', {}))).toBe('entity-exists')
    client.close()
  })

  it('tells what was never sent from what may have been carried out', async () => {
    const absent = connectTo()
    expect(await reasonOf(absent.call('echo', { text: '' }))).toEqual(['unreachable', false])
    absent.close()
    await serve()
    const client = connectTo(100)
    expect(await reasonOf(client.call('wait', {}))).toEqual(['timeout', true])
    const lost = reasonOf(client.call('wait', {}, 5_000))
    setTimeout(() => client.close(), 20)
    expect(await lost).toEqual(['lost', true])
    expect(await reasonOf(client.call('echo', { text: '' }))).toEqual(['unreachable', false])
  })

  it('connects again after the service was gone', async () => {
    const first = await serve()
    const client = connectTo()
    expect(await client.call('echo', { text: 'a' })).toBe('a')
    await first.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await reasonOf(client.call('echo', { text: 'b' }))).toEqual(['unreachable', false])
    await serve()
    expect(await client.call('echo', { text: 'c' })).toBe('c')
    client.close()
  })

  it('answers what it had begun when it closes, and refuses what still comes', async () => {
    const closing = await serve()
    const client = connectTo()
    await client.call('echo', { text: '' })
    const begun = client.call('wait', {})
    await client.call('echo', { text: '' })
    const closed = closing.close()
    expect(await reasonOf(client.call('echo', { text: 'late' }))).toBe('service-stopping')
    release()
    expect(await begun).toBeNull()
    await closed
    expect(existsSync(path())).toBe(false)
    client.close()
  })

  it('closes although a client does not read its answers', async () => {
    const closing = await serve()
    const stuck = connect(path())
    await once(stuck, 'connect')
    const text = 'x'.repeat(2_000_000)
    for (let id = 1; id <= 4; id += 1) stuck.write(`${JSON.stringify({ id, op: 'echo', text })}\n`)
    await once(stuck, 'readable')
    await closing.close()
    expect(existsSync(path())).toBe(false)
    stuck.destroy()
  }, 20_000)

  it('takes the place of a dead socket, never of a live one or of another file', async () => {
    await serve()
    expect(await reasonOf(serveSocket(path(), {}, {}, () => {}))).toBe('service-already-running')
    await server?.close()
    server = null
    const child = createServer()
    await new Promise<void>((resolve) => child.listen(join(folder, 'other.sock'), resolve))
    writeFileSync(path(), 'mine')
    expect(await reasonOf(serveSocket(path(), {}, {}, () => {}))).toBe('socket-not-a-socket')
    await new Promise((resolve) => child.close(resolve))
  })

  it('refuses a path that the system would cut, and a folder that others can enter', async () => {
    const long = join(folder, `${'x'.repeat(108)}.sock`)
    expect(() => createWireClient(long, operations, { timeoutMs: 1 })).toThrow('socket-path-too-long')
    expect(await reasonOf(serveSocket(long, {}, {}, () => {}))).toBe('socket-path-too-long')
    prepareSocketFolder(join(folder, 'own'))
    prepareSocketFolder(join(folder, 'own'))
    expect(() => prepareSocketFolder('/tmp')).toThrow('socket-folder-open')
  })
})
