import { join } from 'node:path'
import { app, BrowserWindow } from 'electron'

async function openConsole(): Promise<void> {
  const window = new BrowserWindow({
    title: 'システム管理',
    webPreferences: { preload: join(__dirname, '../preload/preload.cjs'), sandbox: true, contextIsolation: true },
  })
  await window.loadFile(join(__dirname, '../renderer/index.html'))
}

app.on('window-all-closed', () => app.quit())
void app.whenReady().then(openConsole)
