import { expect, picture, test, windowTitled } from '../fixtures.ts'

// Broken by: a main bundle that throws at load, or a page that its own policy refuses: no window, or one without a title.
test('the console opens its main window', async ({ launchConsole }) => {
  const app = await launchConsole()
  const window = await windowTitled(app, 'システム管理')
  await expect(window).toHaveTitle(/^システム管理/)
  await picture(window, 'console-starts')
})
