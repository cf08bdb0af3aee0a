import { BrowserWindow, ipcMain, type WebContents } from 'electron'
import { channels, type EventEnvelope, type ShellSignal } from '../../shared/contract.ts'
import type { ConsoleHandlers } from '../core/console/port.ts'
import { createCommandGate, type ShellHandlers } from './command-gate.ts'
import type { Log } from './log.ts'

/** Opens the command channel to the pages of this process's windows. */
export function listenForCommands(console: ConsoleHandlers, shell: ShellHandlers, log: Log): void {
  const gate = createCommandGate(console, shell, log)
  ipcMain.handle(channels.command, (event, name: unknown, input: unknown) => {
    const frame = event.senderFrame
    const sender = {
      url: frame?.url ?? '',
      topFrame: frame !== null && frame === event.sender.mainFrame,
      windowId: BrowserWindow.fromWebContents(event.sender)?.id ?? null,
    }
    return gate(sender, name, input)
  })
}

/** Sends an event to a page, if it still lives. */
export function sendEvent(contents: WebContents, message: EventEnvelope | ShellSignal): void {
  if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(channels.event, message)
}
