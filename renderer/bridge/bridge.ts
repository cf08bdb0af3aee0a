import type {
  CommandInput,
  CommandName,
  CommandOutput,
  CommandReply,
  EventEnvelope,
  ShellSignal,
} from '../../shared/contract.ts'
import { ProblemError, problem } from '../../shared/model/problem.ts'

/** What the preload script offers, see `electron/preload.ts`. */
interface Offered {
  invoke(name: CommandName, input: unknown): Promise<unknown>
  subscribe(listener: (message: EventEnvelope | ShellSignal) => void): () => void
}

/** The way from a page to the engine: typed by the contract. */
export interface Bridge {
  /** Carries a command out. Throws its Problem; `console-unreachable` when no answer can come. */
  invoke<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>
  /** Hears every event until the returned function is called. */
  subscribe(listener: (message: EventEnvelope | ShellSignal) => void): () => void
}

export function createBridge(offered: Offered): Bridge {
  return {
    async invoke<Name extends CommandName>(name: Name, input: CommandInput<Name>) {
      let reply: CommandReply<Name>
      try {
        reply = (await offered.invoke(name, input)) as CommandReply<Name>
      } catch (error) {
        throw new ProblemError(problem('console-unreachable', { text: String(error) }))
      }
      if (!reply.ok) throw new ProblemError(reply.problem)
      return reply.value
    },
    subscribe: (listener) => offered.subscribe(listener),
  }
}

declare global {
  interface Window {
    readonly untenseki: Offered
  }
}
