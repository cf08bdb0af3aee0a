import { join } from 'node:path'
import { expect, test, windowTitled } from '../fixtures.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a window with Node in it, a policy that lets a page leave, or a gate that trusts what it is sent.
test('a window can neither leave its page, nor reach Node, nor send what the contract does not know', async ({
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const logged: string[] = []
  app.process().stderr?.on('data', (data: Buffer) => logged.push(data.toString()))
  const { page } = await systemScreen(app)
  const address = page.url()
  expect(await page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined')
  expect(await page.evaluate(() => typeof (globalThis as { process?: unknown }).process)).toBe('undefined')

  const send = (name: string, input: unknown) =>
    page.evaluate(
      ([name, input]) =>
        (globalThis as unknown as { untenseki: { invoke(name: unknown, input: unknown): Promise<unknown> } }).untenseki
          .invoke(name, input)
          .catch((error: unknown) => ({ ok: false, thrown: String(error) })),
      [name, input] as const,
    )
  for (const [name, input, code] of [
    ['files.read', '/etc/passwd', 'ipc-unknown-command'],
    ['constructor', null, 'ipc-unknown-command'],
    ['__proto__', null, 'ipc-unknown-command'],
    ['servers.stop', { host: 7, serviceId: null }, 'ipc-payload'],
    ['run.all', { to: 7 }, 'ipc-payload'],
    ['run.all', { to: '/a.tar.zst', extra: true }, 'ipc-payload'],
    ['directory.edit', { edits: [] }, 'ipc-payload'],
  ] as const) {
    expect(await send(name, input), name).toMatchObject({ ok: false, problem: { code } })
  }
  await expect.poll(() => logged.join('')).toContain('files.read')

  await page.evaluate(() => {
    location.href = 'https://untenseki.invalid/'
  })
  await page.evaluate(() => void window.open('https://untenseki.invalid/'))
  expect(page.url()).toBe(address)
  const addresses = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()),
  )
  for (const each of addresses) expect(each).toMatch(/^app:/)
  const inline = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.smuggled = 1'
    document.body.append(script)
    return 'smuggled' in globalThis
  })
  expect(inline).toBe(false)
  const { stdout } = await untenseki('servers', '--json')
  expect(stdout).not.toMatch(/"(stopped|failed)"/)
})

// Broken by: a frame that may speak because its window may.
test('a frame inside a window is no sender', async ({ launchConsole, untenseki }) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const page = await windowTitled(app, 'システム管理')
  const bridges = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    frame.src = location.href
    await new Promise((resolve) => {
      frame.onload = resolve
      document.body.append(frame)
    })
    try {
      return Object.hasOwn(frame.contentWindow ?? {}, 'untenseki')
    } catch {
      return false
    }
  })
  expect(bridges).toBe(false)

  // A window whose other guards are all down: it has the bridge in its frames too, and no policy refuses them.
  const preload = join(__dirname, '..', '..', 'out', 'preload', 'preload.cjs')
  const answers = await app.evaluate(async ({ BrowserWindow, session }, preload) => {
    const unguarded = session.fromPartition('unguarded')
    unguarded.protocol.handle('app', ({ url }) => {
      const body = url.endsWith('/frame.html') ? '' : '<iframe src="app://console/frame.html"></iframe>'
      return new Response(body, { headers: { 'content-type': 'text/html' } })
    })
    const window = new BrowserWindow({
      show: false,
      webPreferences: { session: unguarded, preload, sandbox: true, nodeIntegrationInSubFrames: true },
    })
    window.webContents.removeAllListeners('will-frame-navigate')
    await window.loadURL('app://console/index.html')
    const ask = "untenseki.invoke('state.snapshot', null)"
    const top = await window.webContents.mainFrame.executeJavaScript(ask)
    const frame = await window.webContents.mainFrame.frames[0]?.executeJavaScript(ask)
    window.destroy()
    return { top, frame }
  }, preload)
  expect(answers.top).toMatchObject({ ok: true })
  expect(answers.frame).toMatchObject({ ok: false, problem: { code: 'ipc-sender' } })
})
