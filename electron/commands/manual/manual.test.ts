import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell } from '../testing/shell.ts'

// Defects that break it: APSTOP reaching the address service, NXSMNGSRV without the master, a nxsrepstat that trusts an
// empty queue or says anything with -s 0.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  expect(await shell.run(['domain', 'start'])).toMatchObject({ code: 0 })
})
afterAll(() => shell.remove())

const up = (host: string) =>
  ['object-server', 'address-service', 'server', 'scheduler'].filter((id) => shell.pid(host, id) !== null)
const everything = ['object-server', 'address-service', 'server', 'scheduler']
const repstat = (...words: string[]) => shell.plain(['nxsrepstat', ...words, '--config', shell.config])

describe('APSTOP and APSTART', () => {
  it('end and start the mail applications of one server, and nothing below', async () => {
    expect(await shell.run(['APSTOP', '--server', 'tk-ml1'])).toMatchObject({ code: 0 })
    expect([up('tk-ml1'), up('hq-mas')]).toEqual([['object-server', 'address-service'], everything])
    expect(await shell.run(['APSTART', '--server', 'tk-ml1'])).toMatchObject({ code: 0 })
    expect(up('tk-ml1')).toEqual(['object-server', 'address-service', 'server'])
  })

  it('need the name of a server where this machine is none', async () => {
    const ended = await shell.run(['APSTOP'])
    expect([ended.code, ended.problem]).toEqual([64, 'machine-unknown'])
    expect(ended.stderr).toContain('hq-mas, tk-ml1, os-ml1')
  })
})

describe('NXSMNGSRV', () => {
  it('stops and starts every server from the master', async () => {
    expect(await shell.run(['NXSMNGSRV', 'stop'])).toMatchObject({ code: 0 })
    for (const host of ['hq-mas', 'tk-ml1', 'os-ml1']) expect(up(host)).toEqual(['object-server', 'address-service'])
    expect(await shell.run(['NXSMNGSRV', 'start', '--server', 'hq-mas,tk-ml1'])).toMatchObject({ code: 0 })
    expect([up('hq-mas').includes('server'), up('os-ml1').includes('server')]).toEqual([true, false])
  })

  it("is refused while the master's address service is down, and for another word", async () => {
    expect(await shell.run(['stop', '--server', 'hq-mas', '--yes'])).toMatchObject({ code: 0 })
    expect(await shell.run(['NXSMNGSRV', 'start'])).toMatchObject({ problem: 'address-service-down' })
    expect(up('hq-mas')).toEqual([])
    expect(await shell.run(['NXSMNGSRV', 'restart'])).toMatchObject({ code: 64, problem: 'usage-wrong' })
    expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
  })
})

describe('nxsrepstat', () => {
  it('waits for nothing: it tells complete only where the server reports the position of the master', async () => {
    await expect.poll(async () => (await repstat()).code, { timeout: 30_000 }).toBe(0)
    expect(await repstat()).toMatchObject({
      code: 0,
      stdout: 'hq-mas: レプリケーション完了\ntk-ml1: レプリケーション完了\nos-ml1: レプリケーション完了\n',
    })
    expect(await repstat('-s', '0')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await repstat('-h', 'hq-mas')).toMatchObject({ code: 0, stdout: 'hq-mas: レプリケーション完了\n' })
  })

  it('names the server whose address service is down, and lets the last of a repeated option count', async () => {
    expect(await shell.run(['stop', '--server', 'tk-ml1', '--service', 'address-service', '--yes'])).toMatchObject({
      code: 0,
    })
    expect(await shell.run(['register', 'user', '--name', '待ち 太郎'])).toMatchObject({ code: 0 })
    const down = await repstat('-h', 'os-ml1,tk-ml1')
    expect([down.code, down.stdout]).toEqual([10, ''])
    expect(down.stderr).toContain('引数に指定したホスト名のチェックでエラーが発生しました(tk-ml1)')
    expect(await repstat('-h', 'tk-ml1', '-s', '1', '-s', '0')).toMatchObject({ code: 10, stdout: '', stderr: '' })
    await expect.poll(async () => (await repstat('-h', 'tk-ml1', '-h', 'os-ml1')).code, { timeout: 30_000 }).toBe(0)
    expect(await shell.run(['start', '--server', 'tk-ml1'])).toMatchObject({ code: 0 })
    await expect.poll(async () => (await repstat()).code, { timeout: 30_000 }).toBe(0)
  })

  it.each([
    [['-s', '2'], ''],
    [['-h', 'TK-ML1'], '指定したホスト名は存在しません(TK-ML1)'],
    [['-h', 'tk-ml1,'], '指定したホスト名は存在しません()'],
    [['-h', 'x'.repeat(256)], '指定したホスト名が長すぎます'],
  ])('refuses %j: 64', async (words, message) => {
    const ended = await repstat(...words)
    expect([ended.code, ended.stdout]).toEqual([64, ''])
    expect(ended.stderr).toContain(message)
  })

  it("says that it reaches no one when the master's address service is down", async () => {
    expect(await shell.run(['stop', '--server', 'hq-mas', '--service', 'address-service', '--yes'])).toMatchObject({
      code: 0,
    })
    const ended = await repstat()
    expect(ended.code).toBe(10)
    expect(ended.stderr).toContain('通信開始時にエラーが発生しました')
  })
})
