import { expect, picture, test } from '../fixtures.ts'
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
})

// Broken by: a stop that only asks, a start that does not wait for its proof, or a list that is not refreshed.
test('a server is stopped and started in order, each service by its word and process', async ({
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const app = await launchConsole()
  const system = await systemScreen(app)
  const stopping = await system.control('停止', 'os-ml1')
  await expect(system.server('os-ml1')).toContainText('停止')
  await expect(system.server('os-ml1')).not.toContainText('稼働中')
  await picture(system.page, 'server-stopped')
  await stopping.getByRole('button', { name: '閉じる' }).click()
  const { stdout } = await untenseki('servers', '--json')
  const row = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .find(({ host }) => host === 'os-ml1')
  expect(row.services.map(({ state }: { state: string }) => state)).toEqual([
    'stopped',
    'stopped',
    'stopped',
    'stopped',
  ])
  const starting = await system.control('起動', 'os-ml1')
  await expect(system.server('os-ml1')).toContainText('稼働中')
  await starting.getByRole('button', { name: '閉じる' }).click()
  await picture(system.page, 'server-started')
})
