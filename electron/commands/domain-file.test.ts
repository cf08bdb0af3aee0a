import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell, type Snapshot } from './testing/shell.ts'

// Defect that breaks it: a verb that stops, starts or clears before the whole domain file and its settings were judged.
let shell: Shell
let good: string
let before: Snapshot
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  good = readFileSync(shell.config, 'utf8')
  expect(await shell.run(['start', '--server', 'hq-mas'])).toMatchObject({ code: 0 })
  before = shell.snapshot()
})
afterEach(() => {
  writeFileSync(shell.config, good)
  expect(shell.snapshot()).toEqual(before)
})
afterAll(() => shell.remove())

/** The number of the first line that holds a text. */
const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1

const deep = `/${'d'.repeat(100)}`
const cases: readonly (readonly [string, (text: string) => string, string, string])[] = [
  ['an unknown key', (text) => text.replace('\nlease:', '\ncolour: grey\nlease:'), 'colour: grey', 'domain-file-wrong'],
  ['no master', (text) => text.replace('roles: [master, mail]', 'roles: [mail]'), 'servers:', 'domain-file-wrong'],
  [
    'two masters',
    (text) => text.replace('roles: [address, mail]', 'roles: [master, address]'),
    'roles: [master, address]',
    'domain-file-wrong',
  ],
  ['a host twice', (text) => text.replace('host: os-ml1', 'host: TK-ML1'), 'host: TK-ML1', 'domain-file-wrong'],
  ['a relative path', (text) => text.replace(/state: .*/, 'state: var/state'), 'state: var', 'domain-file-wrong'],
  ['what is no YAML', (text) => text.replace('\nfolders:', '\nfolders: [\nx'), 'x', 'domain-file-syntax'],
  ['a socket path too long', (text) => text.replace(/sockets: .*/, `sockets: ${deep}`), deep, 'domain-file-wrong'],
]

const verbs: readonly (readonly string[])[] = [
  ['servers'],
  ['stop', '--server', 'hq-mas', '--yes'],
  ['backup', '--server', 'MASTER', '--to', '/tmp/never.tar.zst', '--yes'],
]

describe('a domain file with', () => {
  it.each(cases)('%s: 78 with file, line and what was expected', async (_, spoil, part, code) => {
    const bad = spoil(good)
    expect(bad).not.toBe(good)
    writeFileSync(shell.config, bad)
    const all = await Promise.all(verbs.map((words) => shell.run(words)))
    writeFileSync(shell.config, good)
    for (const ended of all) {
      expect([ended.code, ended.problem]).toEqual([78, code])
      const { file, line } = (ended.result.problem as { params: { file: string; line: number } }).params
      expect(file).toBe(shell.config)
      if (code === 'domain-file-wrong') {
        expect(line).toBe(lineOf(bad, part))
        expect(ended.stderr).toContain('Expected: ')
      }
      expect(ended.stderr).toContain(`line ${line}`)
    }
  })

  it('another name than the one given: 78', async () => {
    const ended = await shell.plain(['servers', '--config', 'nowhere.yaml', '--json'])
    expect([ended.code, ended.problem]).toEqual([78, 'no-domain-file'])
    expect(ended.stderr).toContain(join(shell.base, 'nowhere.yaml'))
  })
})

describe('a MNG_JOURNAL inside a backup target', () => {
  const refused: readonly (readonly string[])[] = [
    ['domain', 'start'],
    ['domain', 'stop'],
    ['start', '--server', 'hq-mas'],
    ['stop', '--server', 'hq-mas', '--yes'],
    ['journal', 'clear', '--server', 'hq-mas', '--yes'],
    ['journal', 'clear', '--server', 'tk-ml1', '--yes'],
    ['backup', '--server', 'MASTER', '--to', '/tmp/never.tar.zst', '--yes'],
    ['backup', '--server', 'MASTER', '--to', '/tmp/never.tar.zst', '--dry-run'],
  ]

  it('is refused by all that starts, stops, clears or copies (78), while the state can still be seen', async () => {
    const info = join(shell.root, 'servers/hq-mas/var/opt/GroupMail/nxcdir/gmpublicinfo')
    const text = readFileSync(info, 'utf8')
    const inside = join(shell.root, 'servers/hq-mas/var/opt/GroupMail/nxudir/journal')
    writeFileSync(info, text.replace(/^MNG_JOURNAL=.*$/m, `MNG_JOURNAL=${inside}`))
    try {
      for (const words of refused) {
        const ended = await shell.run(words)
        expect([words, ended.code, ended.stderr]).toEqual([words, 78, expect.stringContaining(inside)])
      }
      const copied = await shell.run(['nxbackup', '--server', 'hq-mas'], { input: '/tmp/never.tar.zst\ny\n' })
      expect(copied.code).toBe(12)
      expect(await shell.run(['servers'])).toMatchObject({ code: 0 })
    } finally {
      writeFileSync(info, text)
    }
  })
})
