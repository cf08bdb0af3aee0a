import { expect, picture, test, windowTitled } from '../fixtures.ts'

// Broken by: a main bundle that throws at load, or a page that its own policy refuses: no window, or one without a title.
test('the console opens its main window', async ({ launchConsole, untenseki }) => {
  const made = await untenseki('domain', 'init', '--users', '20', '--mails', '20')
  expect(made.code, made.stderr).toBe(0)
  const app = await launchConsole()
  const window = await windowTitled(app, 'システム管理')
  await expect(window).toHaveTitle(/^システム管理/)
  await picture(window, 'console-starts')
})
