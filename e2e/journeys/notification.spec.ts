import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../fixtures.ts'
import { systemScreen } from '../screens/system.ts'

const needed = ['dbus-daemon', 'dbus-monitor', 'dunst']
const missing = needed.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0)

// Broken by: a console that tells its desktop nothing, tells it of what was not asked for, or says that it failed when it was done.
test('the end of a run reaches the desktop, through the session bus and a notification daemon', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  test.skip(missing.length > 0, `not installed: ${missing.join(', ')}`)
  await untenseki('prepare-sample')
  const config = join(home, 'data', 'untenseki', 'sample', 'untenseki.yaml')
  const text = readFileSync(config, 'utf8').replace(/\nnotifications:[\s\S]*$/, '\n')
  writeFileSync(config, `${text}notifications:\n  on: [success]\n  desktop: true\n`)
  const started: ChildProcess[] = []
  const begin = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
    started.push(child)
    return child
  }
  try {
    const bus = begin('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address'])
    const [address] = (await once(bus.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    const session = { DBUS_SESSION_BUS_ADDRESS: address.toString().trim() }
    begin('dunst', ['-conf', '/dev/null'], session)
    const monitor = begin('dbus-monitor', ["interface='org.freedesktop.Notifications',member='Notify'"], session)
    let seen = ''
    monitor.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      seen += piece
    })
    const app = await launchConsole({ env: session })
    const book = await (await systemScreen(app)).openRunBook('hq-mas')
    await book.all()
    await book.answerPrompts('y')
    expect(await book.ended()).toContain('完了')
    await expect.poll(() => seen).toContain('string "[untenseki] 完了: hq-mas 完了"')
    expect(seen).not.toContain('失敗')
    const shown = spawnSync('dunstctl', ['count'], { env: { ...process.env, ...session }, encoding: 'utf8' })
    expect(shown.stdout).toMatch(/(displayed|history): [1-9]/i)
  } finally {
    for (const child of started.reverse()) child.kill()
  }
})
