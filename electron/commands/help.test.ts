import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitTable } from '../../shared/model/exit-code.ts'
import type { CommandContext } from './context.ts'
import { buildParser } from './parser.ts'
import { openShell, type Shell } from './testing/shell.ts'
import type { Verb } from './verb.ts'
import { verbs } from './verbs.ts'

// Defects that break it: a verb without a text in one language, an example that the verb itself refuses, a parser that ends the process with its own code.
let shell: Shell
beforeAll(async () => {
  shell = await openShell()
})
afterAll(() => shell.remove())

const lines = verbs.flatMap((each) =>
  'verbs' in each ? [[each.name], ...each.verbs.map((verb) => [each.name, verb.name])] : [[each.name]],
)
const visibleGroups = verbs.filter((each) => 'verbs' in each).map((each) => each.name)
const visible = verbs.filter((each) => 'verbs' in each || each.hidden !== true).map((each) => each.name)
const hidden = verbs.map((each) => each.name).filter((name) => !visible.includes(name))

describe('help', () => {
  const titled = [[], ...lines].map((words) => [['untenseki', ...words].join(' '), words] as const)
  it.each(titled)('of "%s" speaks both languages', async (_, given) => {
    const [ja, en] = await Promise.all(
      (['ja', 'en'] as const).map((language) => shell.plain([...given, '--help'], { language })),
    )
    expect([ja?.code, en?.code, ja?.stderr, en?.stderr]).toEqual([0, 0, '', ''])
    expect(ja?.stdout).toMatch(/^使い方: untenseki/)
    expect(ja?.stdout).not.toMatch(/Usage|Options|Commands|Arguments|display help/)
    expect(en?.stdout).toMatch(/^Usage: untenseki/)
    // The manual's own words stay as they are, quoted.
    const english = en?.stdout.split('\nExamples:')[0]?.replace(/「[^」]*」/g, '')
    expect(english).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/)
    const verb = !visibleGroups.includes(given.join(' ')) && given.length > 0
    if (verb)
      expect([ja?.stdout, en?.stdout]).toEqual([
        expect.stringContaining('\n例:\n  '),
        expect.stringContaining('\nExamples:\n  '),
      ])
  })

  it('has examples for every verb, each of them a command line of that very verb', () => {
    const all = verbs.flatMap((each): readonly Verb[] => ('verbs' in each ? each.verbs : [each]))
    const context = { language: 'en', version: '0.0.0', stdout: () => undefined, stderr: () => undefined }
    for (const verb of all) {
      expect(verb.examples, verb.name).not.toEqual([])
      for (const example of verb.examples) {
        let chosen: Verb | null = null
        const parser = buildParser(verbs, context as unknown as CommandContext, (found) => {
          chosen = found
        })
        const [program, ...words] = wordsOf(example)
        // The manual's names are called by themselves, too.
        const given = program === 'untenseki' ? words : [program ?? '', ...words]
        expect(() => parser.parse(given, { from: 'user' }), example).not.toThrow()
        expect((chosen as Verb | null)?.name, example).toBe(verb.name)
      }
    }
  })

  it('lists what is for people only', async () => {
    const { stdout } = await shell.plain(['--help'])
    for (const name of visible) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    expect(hidden).toEqual(['prepare-sample', 'run-sample'])
    for (const name of hidden) expect(stdout).not.toContain(name)
  })
})

describe('the exit codes', () => {
  const table = (language: 'ja' | 'en') => exitTable().map((row) => [row.code, row[language]] as const)

  it.each(['ja', 'en'] as const)('stand in the help and in the manual page, in %s', async (language) => {
    const [help, man] = await Promise.all([['--help'], ['man']].map((words) => shell.plain(words, { language })))
    for (const [code, meaning] of table(language)) {
      expect(help?.stdout).toMatch(new RegExp(`^ +${code}  ${escaped(meaning)}$`, 'm'))
      expect(man?.stdout).toContain(`.B ${code}\n${meaning.replaceAll('-', '\\-')}\n`)
    }
  })

  it.each([
    ['README.md', 'en'],
    ['README.ja.md', 'ja'],
  ] as const)('stand in %s with the same words', (file, language) => {
    const text = readFileSync(file, 'utf8')
      .replace(/\*\*/g, '')
      .replace(/\n/g, language === 'en' ? ' ' : '')
    for (const [code, meaning] of table(language)) expect(text).toContain(`${code} ${meaning}`)
  })
})

/** The words of an example, its quotes taken off, up to where a shell would send its output elsewhere. */
function wordsOf(example: string): readonly string[] {
  const words = [...example.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? '',
  )
  const end = words.findIndex((word) => /^[>|]/.test(word))
  return end < 0 ? words : words.slice(0, end)
}

function escaped(text: string): string {
  return text.replace(/[()]/g, '\\$&')
}

describe('words that are no command line', () => {
  it.each([
    ['an unknown verb', ['frobnicate'], '「frobnicate」'],
    ['an unknown verb of a group', ['journal', 'discard'], '「discard」'],
    ['an unknown option', ['servers', '--colour'], '「--colour」'],
    ['an option without its value', ['backup', '--to', 'x', '--json', '--server'], '「--server <hosts>」'],
    ['a missing option', ['backup', '--all'], '「--to <path>」'],
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

  it.each([
    ['--log-level', 'loud'],
    ['--timeout', '0'],
    ['--timeout', 'soon'],
    ['--timeout', '99999999999'],
  ])('%s %s: 64', async (option, value) => {
    expect(await shell.plain(['servers', option, value, '--json'])).toMatchObject({ code: 64, problem: 'usage-wrong' })
  })

  it('tells its version', async () => {
    expect(await shell.plain(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})
