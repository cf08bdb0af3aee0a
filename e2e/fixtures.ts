import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { endProcessesOf } from './leftovers.ts'

/** The built program's root folder. */
const programRoot = join(__dirname, '..')

type LaunchOptions = {
  /** Command line of the console, after the program's root. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** `ja` (default) or `en`: what the system's settings would say. */
  readonly language?: 'ja' | 'en'
  /** A program that is begun with the runtime's words in place of it, and becomes it (`$ELECTRON_OVERRIDE_DIST_PATH/electron`). */
  readonly under?: string
}

type CommandResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

type Fixtures = {
  /** A new folder that stands for the operator's home; removed after the test, with the services that run from it. */
  readonly home: string
  /** The environment in which this home is the operator's, for the console and for commands beside it. */
  readonly homeEnv: Readonly<Record<string, string>>
  /** Runs the built `untenseki` in this home, beside the console or without it. */
  readonly untenseki: (...words: string[]) => Promise<CommandResult>
  /** Starts a console; all that a test started are closed after it. */
  readonly launchConsole: (options?: LaunchOptions) => Promise<ElectronApplication>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  home: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'untenseki-e2e-'))
    await use(home)
    await endProcessesOf(home)
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  },
  homeEnv: async ({ home }, use) => {
    await use(environmentOf(home))
  },
  untenseki: async ({ homeEnv }, use) => {
    await use((...words) => runCommand(homeEnv, words))
  },
  launchConsole: async ({ homeEnv }, use) => {
    const started: { readonly app: ElectronApplication; readonly child: ChildProcess }[] = []
    await use(async (options = {}) => {
      const app = await launch(homeEnv, options)
      started.push({ app, child: app.process() })
      return app
    })
    await Promise.all(started.map(close))
  },
})

export { expect } from '@playwright/test'

/** The window of the given title, whenever it opens; titles may go on after a dash (システム管理 - 本社…). */
export async function windowTitled(app: ElectronApplication, title: string, timeout = 30_000): Promise<Page> {
  const matches = async (page: Page) => (await page.title().catch(() => '')).startsWith(title)
  const deadline = Date.now() + timeout
  for (;;) {
    for (const page of app.windows()) if (await matches(page)) return page
    if (Date.now() > deadline) throw new Error(`no window titled ${title} within ${timeout} ms`)
    await app.waitForEvent('window', { timeout: 250 }).catch(() => null)
  }
}

/** Saves what the window shows as `e2e/output/<name>.png`. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(programRoot, 'e2e', 'output', `${name}.png`) })
}

function runCommand(env: Readonly<Record<string, string>>, words: readonly string[]): Promise<CommandResult> {
  const cli = join(programRoot, 'out', 'main', 'cli.cjs')
  const cwd = env.HOME ?? programRoot
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...words], { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

async function launch(homeEnv: Readonly<Record<string, string>>, options: LaunchOptions): Promise<ElectronApplication> {
  const language = options.language ?? 'ja'
  const locale = language === 'ja' ? 'ja_JP.UTF-8' : 'en_US.UTF-8'
  const app = await _electron.launch({
    ...(options.under === undefined ? {} : { executablePath: options.under }),
    args: [programRoot, `--lang=${language}`, ...(options.args ?? [])],
    cwd: homeEnv.HOME ?? programRoot,
    chromiumSandbox: process.getuid?.() !== 0,
    env: { ...homeEnv, LANG: locale, LANGUAGE: language, ...options.env },
    timeout: 60_000,
  })
  app.process().stderr?.on('data', (data: Buffer) => process.stderr.write(data))
  return app
}

async function close({
  app,
  child,
}: {
  readonly app: ElectronApplication
  readonly child: ChildProcess
}): Promise<void> {
  // A console that the operator has ended is gone for Playwright too.
  if (child.exitCode !== null || child.signalCode !== null) return
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await app.close().catch(() => child.kill('SIGKILL'))
  clearTimeout(patience)
}

function environmentOf(home: string): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith('XDG_') && !name.startsWith('UNTENSEKI_')) env[name] = value
  }
  for (const folder of ['data', 'config', 'cache', 'state', 'runtime']) mkdirSync(join(home, folder), { mode: 0o700 })
  return {
    ...env,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_RUNTIME_DIR: join(home, 'runtime'),
  }
}
