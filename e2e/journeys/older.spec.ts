import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { chooseByKeys } from '../screens/menu.ts'
import { runBookScreen } from '../screens/run-book.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: an old tree that numbers new registrations over archived ones without a word, or a restore from an older archive that
// loses what a newer one holds unseen.
test('a domain that came back old is told of; a restore names the newer archive, and nothing is missing from it', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const servers = join(home, 'data/untenseki/sample/servers')
  const archive = async (name: string) => {
    const to = join(home, name)
    expect((await untenseki('backup', '--server', 'MASTER', '--to', to, '--wait', '30', '--yes')).code).toBe(0)
    return to
  }
  const older = await archive('older.tar.zst')
  await untenseki('domain', 'stop', '--yes')
  execFileSync('cp', ['-a', servers, join(home, 'by-hand')])
  await untenseki('domain', 'start')
  await untenseki('register', 'user', '--name', '後の 登録', '--id', 'later')
  const newer = await archive('newer.tar.zst')
  await untenseki('domain', 'stop', '--yes')
  execFileSync('rm', ['-r', servers])
  execFileSync('cp', ['-a', join(home, 'by-hand'), servers])
  await untenseki('domain', 'start')

  const app = await launchConsole()
  const system = await systemScreen(app)
  const notice = system.page.getByText('マスタ管理サーバをアーカイブからリストアしてください')
  await expect(notice).toContainText(newer)
  await picture(system.page, 'master-behind')
  await chooseByKeys(system.page, 'S', 'E')
  const dialog = system.page.getByRole('dialog', { name: 'リストア' })
  const look = async (path: string) => {
    await dialog.getByLabel('アーカイブ').fill(path)
    await dialog.getByRole('button', { name: '調べる' }).click()
  }
  await look(older)
  await expect(dialog.locator('[data-fact="gaps"]')).toHaveText(/^\d+$/)
  await expect(dialog.getByText(newer)).toContainText('より新しいバックアップの記録があります')
  const go = dialog.getByRole('button', { name: '手順へ進む' })
  await expect(go).toHaveAttribute('aria-disabled', 'true')
  await picture(system.page, 'restore-older')
  await look(newer)
  await expect(dialog.locator('[data-fact="gaps"]')).toHaveText('なし')
  await go.click()
  const book = await runBookScreen(app)
  await book.all()
  expect(await book.ended(180_000)).toMatch(/^(完了|警告付き完了)/)
  const found = await untenseki('search', '--kind', 'user', '--name', '後の', '--json')
  expect(found.stdout).toContain('"later"')
  await expect(notice).toHaveCount(0)
})
