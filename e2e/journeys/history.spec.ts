import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, picture, test } from '../fixtures.ts'
import { openHistory } from '../screens/history.ts'
import { systemScreen } from '../screens/system.ts'

// Broken by: a history that knows only this console's own runs, a filter that hides nothing, or an unreadable record that
// takes the others with it.
test('履歴 shows the runs of commands too, whole, and narrows them; a damaged record stands as such', async ({
  home,
  launchConsole,
  untenseki,
}) => {
  await untenseki('prepare-sample')
  const sample = join(home, 'data', 'untenseki', 'sample')
  const to = join(sample, 'backups', 'by-cron.tar.zst')
  const backup = () => untenseki('backup', '--server', 'MASTER', '--to', to, '--yes', '--json')
  const app = await launchConsole()
  const system = await systemScreen(app)
  const last = system.page.locator('[data-fact="last-backup"]')
  await expect(last).toContainText('なし')
  await system.logoff()
  expect((await backup()).code).toBe(0)
  await expect(last).not.toContainText('なし')
  await expect(last).not.toContainText('未保存')
  await untenseki('register', 'user', '--name', '後で 登録')
  await system.logon()
  await expect(last).toContainText('変更1件は未保存')
  const management = join(sample, 'servers', 'hq-mas', 'var', 'opt', 'GroupMail', 'nxcdir', 'gmpublicinfo')
  appendFileSync(management, '# changed\n')
  await expect(last).toContainText('バックアップが必要: サーバ本社マスタの設定の変更')
  await picture(system.page, 'backup-due')

  writeFileSync(join(sample, 'state', 'runs', '20200101T000000Z-aaaaaa.jsonl'), '{"kind":"no run"}\n')
  const history = await openHistory(app, system.page)
  await expect(history.rows()).toHaveCount(2)
  await expect(history.rows().nth(0)).toContainText('by-cron.tar.zst')
  const detail = await history.open(0)
  await expect(detail).toContainText(to)
  await expect(detail.locator('[data-fact="digest-hq-mas"]')).toHaveText(/^[0-9a-f]{64}$/)
  await expect(detail.getByRole('table', { name: '手順の一覧' })).toContainText('nxbackup')
  await expect(detail.getByRole('table', { name: 'サービスごとの停止時間' })).toContainText('本社マスタ: object-server')
  await picture(history.page, 'history')
  await history.filter('結果', '失敗(サービス停止中)')
  await expect(history.rows()).toHaveCount(0)
  await history.filter('結果', '未完了')
  await history.rows().nth(0).click()
  await expect(history.page.getByRole('alert')).toContainText('20200101T000000Z-aaaaaa.jsonl')
  await history.filter('結果', 'すべて')
  await history.filter('サーバ', '東京メール')
  await expect(history.rows()).toHaveCount(0)
})
