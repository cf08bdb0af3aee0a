import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { acknowledge } from '../screens/message.ts'
import { nameDatabaseScreen } from '../screens/name-database.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a monitor that shows what it remembers instead of looking; a name database that does not open by itself.
test('the console opens on a running domain and shows what is true', async ({ launchConsole, untenseki }) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const system = await systemScreen(app)
  await expect(system.page).toHaveTitle(/^システム管理/)
  await expect(system.server('hq-mas')).toContainText('稼働中')
  await expect(system.server('hq-mas')).toContainText('マスタ管理')
  await expect(system.status('change')).toContainText(/[1-9]/)
  const { page, users, organizations, node } = await nameDatabaseScreen(app)
  await expect(node('日本商事')).toBeVisible()
  await node('日本商事').click()
  await expect(organizations().first()).toBeVisible()
  await organizations().first().dblclick()
  await organizations().first().dblclick()
  await expect(users().first()).toBeVisible()
  await picture(system.page, 'console-starts')
  await picture(page, 'name-database')
  expect((await untenseki('stop', '--server', 'os-ml1', '--yes')).code).toBe(0)
  await expect(system.server('os-ml1')).toContainText('停止')
  await expect(system.server('os-ml1')).not.toContainText('稼働中')
  // サイト一覧: each site by its own servers, and the list shows those of the chosen one.
  await expect(system.site('大阪支社')).toContainText('停止')
  await expect(system.site('本社 稼働中')).toContainText('稼働中')
  await expect(system.site('本社アドレス管理ドメイン')).toContainText('一部停止')
  await system.site('大阪支社').click()
  await expect(system.server('hq-mas')).toHaveCount(0)
  await expect(system.server('os-ml1')).toHaveAttribute('aria-selected', 'true')
  await picture(system.page, 'sites')
})

// Broken by: a stop that only asks, a start that does not wait for its proof, or a list that is not refreshed.
test('a server is stopped and started in order, each service by its word and process', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const servicesOf = async (server: string): Promise<{ id: string; state: string; pid: number | null }[]> => {
    const { stdout } = await untenseki('servers', '--json')
    const rows = stdout.split('\n').filter(Boolean)
    return rows.map((line) => JSON.parse(line)).find(({ host }) => host === server).services
  }
  const app = await launchConsole()
  const system = await systemScreen(app)
  // A process that cannot end: until it is gone the stop is not done, and nothing behind it is touched.
  const held = (await servicesOf('os-ml1')).find(({ id }) => id === 'scheduler')
  process.kill(held?.pid ?? Number.NaN, 'SIGSTOP')
  const stopping = await system.control('停止', 'os-ml1')
  await expect(stopping).toContainText('停止しています')
  const meanwhile = (await servicesOf('os-ml1')).filter(({ id }) => id !== 'scheduler')
  expect(meanwhile.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
  await expect(stopping).toContainText('停止しています')
  process.kill(held?.pid ?? Number.NaN, 'SIGCONT')
  await expect(stopping).toContainText('停止しました')
  await expect(system.server('os-ml1')).toContainText('停止')
  await expect(system.server('os-ml1')).not.toContainText('稼働中')
  await picture(system.page, 'server-stopped')
  await stopping.getByRole('button', { name: '閉じる' }).click()
  const stopped = await servicesOf('os-ml1')
  expect(stopped.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped', 'stopped'])
  // A process that begins and cannot serve: its port is taken. The start says so, and says nothing else.
  const domain = readFileSync(join(home, 'data', 'untenseki', 'sample', 'untenseki.yaml'), 'utf8')
  const port = Number(/host: os-ml1[\s\S]*?port: (\d+)/.exec(domain)?.[1])
  const squatter = createServer().listen(port, '127.0.0.1')
  await once(squatter, 'listening')
  const failing = await system.control('起動', 'os-ml1')
  await acknowledge(system.page)
  await expect(failing).toContainText('起動できませんでした')
  await failing.getByRole('button', { name: '閉じる' }).click()
  squatter.close()
  await once(squatter, 'close')
  const starting = await system.control('起動', 'os-ml1')
  await expect(system.server('os-ml1')).toContainText('稼働中')
  await starting.getByRole('button', { name: '閉じる' }).click()
  await picture(system.page, 'server-started')
})
