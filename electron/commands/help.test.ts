import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShell, type Shell } from './testing/shell.ts'
import { verbs } from './verbs.ts'

// Defect that breaks it: a verb without a text in one language, or a parser that ends the process with its own code.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
})
afterAll(() => shell.remove())

const lines = verbs.flatMap((each) =>
  'verbs' in each ? [[each.name], ...each.verbs.map((verb) => [each.name, verb.name])] : [[each.name]],
)
const visible = verbs.filter((each) => 'verbs' in each || each.hidden !== true).map((each) => each.name)
const hidden = verbs.map((each) => each.name).filter((name) => !visible.includes(name))

describe('help', () => {
  it.each([[], ...lines])('of "%s %s" speaks both languages', async (...words) => {
    const given = words.filter((word) => word !== undefined)
    const [ja, en] = await Promise.all(
      (['ja', 'en'] as const).map((language) => shell.plain([...given, '--help'], { language })),
    )
    expect([ja?.code, en?.code, ja?.stderr, en?.stderr]).toEqual([0, 0, '', ''])
    expect(ja?.stdout).toMatch(/^使い方: untenseki/)
    expect(ja?.stdout).not.toMatch(/Usage|Options|Commands|Arguments|display help/)
    expect(en?.stdout).toMatch(/^Usage: untenseki/)
    expect(en?.stdout.split('\nExamples:')[0]).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/)
  })

  it('lists what is for people only', async () => {
    const { stdout } = await shell.plain(['--help'])
    for (const name of visible) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    expect(hidden).toEqual(['prepare-sample', 'run-sample'])
    for (const name of hidden) expect(stdout).not.toContain(name)
  })
})

describe('words that are no command line', () => {
  it.each([
    ['an unknown verb', ['frobnicate'], '「frobnicate」'],
    ['an unknown verb of a group', ['journal', 'discard'], '「discard」'],
    ['an unknown option', ['servers', '--colour'], '「--colour」'],
    ['an option without its value', ['backup', '--to', 'x', '--json', '--server'], '「--server <host>」'],
    ['a missing option', ['backup', '--to', 'x'], '「--server <host>」'],
    ['a missing argument', ['verify'], '「archive」'],
    ['an argument too many', ['servers', 'hq-mas'], '引数が多すぎます'],
  ])('%s: 64', async (_, words, what) => {
    const ended = await shell.plain(words.includes('--json') ? words : [...words, '--json'], { language: 'ja' })
    expect([ended.code, ended.problem]).toEqual([64, 'usage-wrong'])
    expect(ended.stderr).toContain(what)
  })

  it.each([[[]], [['journal']]])('no verb at all (%j): 64, with the help on standard error', async (words) => {
    const ended = await shell.plain(words)
    expect([ended.code, ended.stdout]).toEqual([64, ''])
    expect(ended.stderr).toMatch(/^Usage: untenseki/)
  })

  it('tells its version', async () => {
    expect(await shell.plain(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})
