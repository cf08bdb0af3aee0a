import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Snapshot } from '../../shared/model/console.ts'
import type { Actions } from './actions.ts'
import type { AppState } from './state.ts'
import type { Store } from './store.ts'

export interface App {
  readonly store: Store
  readonly actions: Actions
}

export const AppContext = createContext<App | null>(null)

function useAppContext(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('no store above this component')
  return app
}

/** A part of the window's state. */
export function useApp<Part>(select: (state: AppState) => Part): Part {
  return useStore(useAppContext().store, select)
}

export function useActions(): Actions {
  return useAppContext().actions
}

/** The snapshot; windows render their features only once it is there. */
export function useSnapshot<Part>(select: (snapshot: Snapshot) => Part): Part {
  return useApp((state) => {
    if (state.snapshot === null) throw new Error('no snapshot yet')
    return select(state.snapshot)
  })
}
