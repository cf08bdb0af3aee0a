import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CommandInput, CommandName, CommandOutput, EventEnvelope, ShellSignal } from '../../shared/contract.ts'
import { type Problem, toProblem } from '../../shared/model/problem.ts'
import type { Bridge } from '../bridge/bridge.ts'
import { foldEvent } from './fold.ts'
import { type AppState, emptyState } from './state.ts'

export type Store = StoreApi<AppState>

/** What slices act through: the state, and commands whose failure becomes the window's message. */
export interface Access {
  readonly store: Store
  readonly bridge: Bridge
  /** Sends a command; a Problem is shown as the window's failure, unless `met` takes it, and answers undefined. */
  ask<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    met?: (problem: Problem) => boolean,
  ): Promise<CommandOutput<Name> | undefined>
}

export function createAccess(bridge: Bridge): Access {
  const store = createStore<AppState>(() => emptyState)
  return {
    store,
    bridge,
    async ask(name, input, met) {
      store.setState(({ busy }) => ({ busy: [...busy, name] }))
      try {
        return await bridge.invoke(name, input)
      } catch (error) {
        const problem = toProblem(error)
        if (met?.(problem) !== true) store.setState({ failure: problem })
        return undefined
      } finally {
        store.setState(({ busy }) => {
          const at = busy.indexOf(name)
          return { busy: busy.filter((_, index) => index !== at) }
        })
      }
    },
  }
}

/**
 * Keeps the state's snapshot in step with the engine: loads it, folds events, loads it again after a gap. Events that
 * arrive while a snapshot is on its way are kept and folded onto it. What the shell tells this window goes to `onSignal`.
 */
export function follow({ store, bridge }: Access, onSignal: (signal: ShellSignal) => void): () => void {
  let loading = false
  let early: EventEnvelope[] = []

  function fold(event: EventEnvelope): void {
    const { snapshot } = store.getState()
    if (loading || snapshot === null) {
      early.push(event)
      return
    }
    const folded = foldEvent(snapshot, event)
    if (folded.kind === 'next') store.setState({ snapshot: folded.snapshot })
    if (folded.kind === 'gap') {
      early.push(event)
      void load()
    }
  }

  async function load(): Promise<void> {
    if (loading) return
    loading = true
    try {
      const snapshot = await bridge.invoke('state.snapshot', null)
      store.setState({ snapshot, disconnected: null })
    } catch (error) {
      store.setState({ disconnected: toProblem(error) })
      early = []
    } finally {
      loading = false
    }
    const waiting = early
    early = []
    for (const event of waiting) fold(event)
  }

  const stop = bridge.subscribe((message) => {
    if ('signal' in message) onSignal(message)
    else fold(message)
  })
  void load()
  return stop
}
