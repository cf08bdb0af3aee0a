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
  for (const [name, input] of [
    ['files.read', '/etc/passwd'],
    ['constructor', null],
    ['__proto__', null],
    ['servers.stop', { host: 7, serviceId: null }],
    ['run.all', { to: 'a.tar.zst', extra: true, host: {} }],
    ['directory.register', { kind: 'user', name: '' }],
  ] as const) {
    expect(await send(name, input), name).toMatchObject({ ok: false })
  }
  await expect.poll(() => logged.join('')).toContain('files.read')

  await page.evaluate(() => {
    location.href = 'https://untenseki.invalid/'
  })
  await page.evaluate(() => void window.open('https://untenseki.invalid/'))
  expect(page.url()).toBe(address)
  expect(app.windows().every((each) => each.url().startsWith('app://'))).toBe(true)
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
  const answer = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    frame.src = location.href
    document.body.append(frame)
    await new Promise((resolve) => {
      frame.onload = resolve
      frame.onerror = resolve
    })
    try {
      return Object.keys(frame.contentWindow ?? {}).includes('untenseki') ? 'bridge' : 'no bridge'
    } catch {
      return 'refused'
    }
  })
  expect(answer).not.toBe('bridge')
})
