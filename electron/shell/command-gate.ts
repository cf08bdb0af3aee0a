import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type CommandReply,
  commands,
} from '../../shared/contract.ts'
import { type Problem, problem, toProblem } from '../../shared/model/problem.ts'
import type { ConsoleHandlers, ShellCommand } from '../core/console/port.ts'
import type { Log } from './log.ts'
import { isOwnAddress } from './window-kind.ts'

/** Who sent a command: the frame's address, whether it is its window's top frame, and that window. */
export type Sender = { readonly url: string; readonly topFrame: boolean; readonly windowId: number | null }

/** Commands about windows; `windowId` is the window that asked. */
export type ShellHandlers = {
  readonly [Name in ShellCommand]: (input: CommandInput<Name>, windowId: number) => Promise<CommandOutput<Name>>
}

/**
 * The one wrapper around every command (design: IPC and security). Checks the sender, then the name, then the input,
 * carries the command out, checks the output. Never throws: whatever is refused or fails comes back as a problem; what
 * no page of ours would send is logged and nothing is done.
 */
export function createCommandGate(console: ConsoleHandlers, shell: ShellHandlers, log: Log) {
  const handlers: Readonly<Record<string, (input: never, windowId: number) => Promise<unknown>>> = {
    ...console,
    ...shell,
  }

  function refuse(code: 'ipc-sender' | 'ipc-unknown-command' | 'ipc-payload', sender: Sender, name: unknown) {
    const refusal = problem(code, { command: describe(name) })
    log({ event: 'ipc.refused', code, command: describe(name), url: sender.url, windowId: sender.windowId })
    return failed(refusal)
  }

  return async (sender: Sender, name: unknown, input: unknown): Promise<CommandReply<CommandName>> => {
    if (!sender.topFrame || sender.windowId === null || !isOwnAddress(sender.url)) {
      return refuse('ipc-sender', sender, name)
    }
    if (!isCommandName(name)) return refuse('ipc-unknown-command', sender, name)
    const parsed = commands[name].input.safeParse(input)
    if (!parsed.success) return refuse('ipc-payload', sender, name)
    const handler = handlers[name]
    if (handler === undefined) return refuse('ipc-unknown-command', sender, name)
    try {
      const value = await handler(parsed.data as never, sender.windowId)
      return { ok: true, value: commands[name].output.parse(value) as never }
    } catch (error) {
      const found = toProblem(error)
      if (found.code === 'internal') log({ event: 'ipc.failed', command: name, text: stackOf(error) })
      return failed(found)
    }
  }
}

function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(commands, name)
}

function failed(found: Problem) {
  return { ok: false, problem: found } as const
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function describe(name: unknown): string {
  return typeof name === 'string' ? name.slice(0, 80) : typeof name
}
