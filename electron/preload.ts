import { contextBridge, ipcRenderer } from 'electron'
import type { channels as contractChannels } from '../shared/contract.ts'

/** Stated again, so that the preload carries no schema; the type keeps the two alike. */
const channels: typeof contractChannels = { command: 'untenseki:command', event: 'untenseki:event' }

/** All that a page can reach: see `renderer/bridge`. */
contextBridge.exposeInMainWorld('untenseki', {
  invoke: (name: unknown, input: unknown): Promise<unknown> => ipcRenderer.invoke(channels.command, name, input),
  subscribe: (listener: (message: unknown) => void): (() => void) => {
    const hear = (_event: unknown, message: unknown) => listener(message)
    ipcRenderer.on(channels.event, hear)
    return () => ipcRenderer.removeListener(channels.event, hear)
  },
})
