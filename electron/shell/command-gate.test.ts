import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commands } from '../../shared/contract.ts'
import { fail } from '../../shared/model/problem.ts'
import type { ConsoleHandlers } from '../core/console/port.ts'
import { createCommandGate, type Sender, type ShellHandlers } from './command-gate.ts'
import type { LogRecord } from './log.ts'

const own: Sender = { url: 'app://console/index.html?window=system', topFrame: true, windowId: 1 }

/** A gate whose handlers write down that they were called and answer with `answer`. */
function gate(answer: (name: string) => unknown = () => null) {
  const called: [name: string, input: unknown][] = []
  const logged: LogRecord[] = []
  const handlers = Object.fromEntries(
    Object.keys(commands).map((name) => [
      name,
      async (input: unknown) => {
        called.push([name, input])
        return answer(name)
      },
    ]),
  )
  const send = createCommandGate(
    handlers as unknown as ConsoleHandlers,
    handlers as unknown as ShellHandlers,
    (record) => logged.push(record),
  )
  return { send, called, logged }
}

describe('the command gate', () => {
  it('carries out a known command with what it was given', async () => {
    const { send, called } = gate()
    expect(await send(own, 'servers.stop', { host: 'h', serviceId: null })).toEqual({ ok: true, value: null })
    expect(called).toEqual([['servers.stop', { host: 'h', serviceId: null }]])
  })

  it.each<[string, Sender]>([
    ['a frame inside a page', { ...own, topFrame: false }],
    ['another origin', { ...own, url: 'https://console/index.html' }],
    ['another host', { ...own, url: 'app://other/index.html' }],
    ['a host that only begins alike', { ...own, url: 'app://console.evil/index.html' }],
    ['a user name before the host', { ...own, url: 'app://console@evil/' }],
    ['a file', { ...own, url: 'file:///index.html' }],
    ['no address', { ...own, url: '' }],
    ['no window', { ...own, windowId: null }],
  ])('refuses %s, logs it and does nothing', async (_what, sender) => {
    const { send, called, logged } = gate()
    expect(await send(sender, 'console.quit', { confirmed: true })).toMatchObject({
      ok: false,
      problem: { code: 'ipc-sender' },
    })
    expect(called).toEqual([])
    expect(logged).toMatchObject([{ event: 'ipc.refused', code: 'ipc-sender', command: 'console.quit' }])
  })

  it('refuses every name that is no command, inherited ones too', async () => {
    const { send, called, logged } = gate()
    const names = fc.oneof(
      fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty'),
      fc.string(),
      fc.anything(),
    )
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        fc.pre(!(typeof name === 'string' && Object.hasOwn(commands, name)))
        expect(await send(own, name, null)).toMatchObject({ ok: false, problem: { code: 'ipc-unknown-command' } })
      }),
    )
    expect(called).toEqual([])
    expect(logged.length).toBeGreaterThan(0)
  })

  it.each([
    ['servers.stop', { host: 5, serviceId: null }],
    ['servers.stop', { host: '', serviceId: null }],
    ['servers.stop', null],
    ['run.all', { to: 'x'.repeat(5000) }],
    ['directory.edit', { edits: [] }],
    ['window.open', { kind: 'failure' }],
    ['backup.open', {}],
  ])('refuses %s with a wrong payload', async (name, input) => {
    const { send, called, logged } = gate()
    expect(await send(own, name, input)).toMatchObject({ ok: false, problem: { code: 'ipc-payload' } })
    expect(called).toEqual([])
    expect(logged).toMatchObject([{ code: 'ipc-payload', command: name }])
  })

  it('passes a Problem on as data', async () => {
    const { send, logged } = gate(() => {
      throw fail('cancelled')
    })
    expect(await send(own, 'backup.open', null)).toMatchObject({ ok: false, problem: { code: 'cancelled' } })
    expect(logged).toEqual([])
  })

  it('answers with a problem, and logs, when the engine itself answers wrongly or breaks', async () => {
    const wrong = gate(() => ({ quitting: 'perhaps' }))
    expect(await wrong.send(own, 'console.quit', { confirmed: false })).toMatchObject({
      ok: false,
      problem: { code: 'internal' },
    })
    expect(wrong.logged).toMatchObject([{ event: 'ipc.failed', command: 'console.quit' }])
  })
})
