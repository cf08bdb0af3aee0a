import { app, dialog, Notification, session } from 'electron'
import type { Console } from '../core/console/port.ts'
import type { ShellHandlers } from './command-gate.ts'
import { listenForCommands, sendEvent } from './ipc.ts'
import type { Log } from './log.ts'
import { denyPermissions } from './security.ts'
import { createWindows, type Windows } from './windows.ts'

export interface ShellOptions {
  readonly console: Console
  readonly preload: string
  readonly stateFile: string
  readonly log: Log
}

/**
 * Shows a console in its windows: システム管理 and, where it is remembered so, 名前データベース. From here on the program
 * ends only by 運転席終了 (which closing システム管理 is too): 排他 and the session end first, no server is stopped.
 */
export async function openShell({ console, preload, stateFile, log }: ShellOptions): Promise<void> {
  let quitting = false

  const windows: Windows = createWindows({
    preload,
    stateFile,
    log,
    mayClose(kind) {
      if (kind !== 'system' || quitting) return true
      if (console.running()) askToQuit()
      else void quit()
      return false
    },
    pageGone(kind) {
      if (kind === 'name-database') void console.dialogGone().catch(logFailure('dialog-gone'))
    },
    closed(kind) {
      if (kind === 'system' && !quitting) void quit()
    },
  })

  function logFailure(what: string) {
    return (error: unknown) => log({ event: `shell.${what}-failed`, text: String(error) })
  }

  function askToQuit(): void {
    windows.open('system')
    const contents = windows.contents('system')
    if (contents !== null) sendEvent(contents, { signal: 'quit-asked' })
  }

  async function quit(): Promise<void> {
    if (quitting) return
    quitting = true
    await console.close().catch(logFailure('close'))
    app.quit()
  }

  const handlers: ShellHandlers = {
    async 'window.open'({ kind, show }) {
      const before = windows.contents(kind)
      windows.open(kind, show === undefined ? {} : { show })
      if (before !== null && show !== undefined) sendEvent(before, { signal: 'show', list: show })
      return null
    },
    async 'file.choose'({ what }) {
      const { canceled, filePaths } = await dialog.showOpenDialog({
        properties: [what === 'folder' ? 'openDirectory' : 'openFile'],
        filters: [
          ...(what === 'csv' ? [{ name: 'CSV', extensions: ['csv', 'CSV', 'txt'] }] : []),
          ...(what === 'archive' ? [{ name: 'tar', extensions: ['zst', 'gz', 'age'] }] : []),
          { name: '*', extensions: ['*'] },
        ],
      })
      return canceled ? null : (filePaths[0] ?? null)
    },
    async 'window.close'(_input, windowId) {
      const kind = windows.kindOf(windowId)
      if (kind === 'system') {
        if (console.running()) askToQuit()
        else setImmediate(() => void quit())
      } else if (kind !== null) {
        setImmediate(() => windows.close(kind))
      }
      return null
    },
    async 'console.quit'({ confirmed }) {
      if (console.running() && !confirmed) return { quitting: false }
      // After the answer has left, for the page that waits for it goes with the program.
      setImmediate(() => void quit())
      return { quitting: true }
    },
  }

  denyPermissions(session.defaultSession, log)
  listenForCommands(console.handlers, handlers, log)
  const first = await console.handlers['state.snapshot'](null)
  let openDatabase = first.preferences.openNameDatabase
  let on = first.session.kind === 'on'
  console.subscribe((event) => {
    windows.each((contents) => sendEvent(contents, event))
    if (event.name === 'preferences') openDatabase = event.payload.openNameDatabase
    if (event.name !== 'session') return
    const wasOn = on
    on = event.payload.kind === 'on'
    if (!on) windows.close('name-database')
    else if (!wasOn && openDatabase) windows.open('name-database')
  })
  console.onNotice(({ subject, text }) => {
    if (Notification.isSupported()) new Notification({ title: subject, body: text }).show()
  })
  app.on('before-quit', (event) => {
    if (quitting) return
    event.preventDefault()
    if (console.running()) askToQuit()
    else void quit()
  })
  app.on('window-all-closed', () => {
    if (quitting) app.quit()
  })
  windows.open('system')
  if (on && openDatabase) windows.open('name-database')
  if (first.run?.phase === 'unfinished') windows.open('run-book')
}
