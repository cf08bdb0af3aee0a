import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manualNames } from '../manual/names.ts'
import { openShell, type Shell } from '../testing/shell.ts'
import { verbs } from '../verbs.ts'

// Defects that break it: a completion that knows other verbs than the program, a manual page that roff warns of, a name
// of the manual that is not answered to.
let shell: Shell
let bin: string
beforeAll(async () => {
  shell = await openShell()
  await shell.init()
  bin = join(shell.base, 'bin')
  mkdirSync(bin)
  const launcher = join(bin, 'untenseki')
  writeFileSync(launcher, `#!/bin/sh\nUNTENSEKI_CALLED_AS="$0" exec "${process.execPath}" "${shell.cli}" "$@"\n`)
  chmodSync(launcher, 0o755)
  for (const name of manualNames) symlinkSync('untenseki', join(bin, name))
  for (const name of ['bash', 'zsh']) {
    const { code, stdout } = await shell.plain(['completion', name])
    expect(code).toBe(0)
    writeFileSync(join(shell.base, `completion.${name}`), stdout)
  }
})
afterAll(() => shell.remove())

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

function run(program: string, args: readonly string[], input = '') {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, UNTENSEKI_CONFIG: shell.config, LC_ALL: 'C.UTF-8' }
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env, input, cwd: shell.base })
  return { status, stdout, stderr }
}

/** What a real bash offers for a command line whose last word is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const script = [
    'set -u',
    `. "${shell.base}/completion.bash"`,
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1}`,
    '_untenseki 2>/dev/null',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n')
  const { stdout, stderr } = run('bash', ['--norc', '-c', script])
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

describe('the completion in bash', () => {
  it('is one that bash itself loads and calls', () => {
    const { stdout, stderr } = run('bash', [
      '--norc',
      '-c',
      `. "${shell.base}/completion.bash"; complete -p untenseki APSTOP`,
    ])
    expect([stdout, stderr]).toEqual(['complete -F _untenseki untenseki\ncomplete -F _untenseki APSTOP\n', ''])
  })

  it.each([
    [['untenseki', 'ba'], ['backup']],
    [['untenseki', 'run'], ['runs']],
    [
      ['untenseki', 'journal', ''],
      ['list', 'clear', '--help', '-h'],
    ],
    [['untenseki', 'backup', '--dry'], ['--dry-run']],
    [['untenseki', 'register', 'o'], ['organization']],
    [['untenseki', 'backup', '--log-level', 'd'], ['debug']],
    [['untenseki', 'backup', '--server', 'tk'], ['tk-ml1']],
    [['untenseki', 'start', '--server', 'hq-mas,tk'], ['hq-mas,tk-ml1']],
    [['untenseki', 'backup', '--to', 'samp'], ['sample']],
    [['untenseki', 'verify', 'samp'], ['sample']],
    [['untenseki', 'domain', 'init', '--root', 'bi'], ['bin']],
    [['NXSMNGSRV', 'sto'], ['stop']],
    [['nxsrepstat', '-h', 'os'], ['os-ml1']],
    [['untenseki', 'frobnicate', 'x'], []],
  ] as const)('%j → %j', (words, wanted) => {
    expect(offered(...words)).toEqual(expect.arrayContaining([...wanted]))
    if (wanted.length < 2) expect(offered(...words)).toEqual(wanted)
  })

  it.skipIf(!has('zsh'))('is taken by zsh, too', () => {
    const script = `autoload -U compinit && compinit -u; . "${shell.base}/completion.zsh"; print $_comps[untenseki]`
    const { stdout, stderr } = run('zsh', ['-f', '-c', script])
    expect([stdout.trim(), stderr]).toEqual([
      '_bash_complete -o bashdefault -o default -F _untenseki'.replace(' -o bashdefault -o default', ''),
      '',
    ])
  })
})

describe('the manual page', () => {
  it.each(['ja', 'en'] as const)('in %s names every verb, and roff finds nothing wrong', async (language) => {
    const { stdout, code } = await shell.plain(['man'], { language })
    expect(code).toBe(0)
    const all = verbs.flatMap((each) => {
      if ('verbs' in each) return each.verbs.map((verb) => `${each.name} ${verb.name}`)
      return each.hidden ? [] : [each.name]
    })
    expect(all).toEqual(expect.arrayContaining(['backup', 'journal clear', 'runs show', ...manualNames]))
    for (const words of all) expect(stdout).toMatch(new RegExp(`^\\.SS "${words.replaceAll('-', '\\\\?-')}[" ]`, 'm'))
    if (has('groff')) {
      const {
        status,
        stdout: page,
        stderr,
      } = run('groff', ['-man', '-Tutf8', '-Kutf8', '-ww', '-Wbreak', '-z'], stdout)
      expect([status, page, stderr]).toEqual([0, '', ''])
    }
    if (has('mandoc')) {
      const { stdout: found } = run('mandoc', ['-T', 'lint', '-W', 'warning'], stdout)
      expect(found.split('\n').filter((line) => !/missing date|non-ASCII|^$/.test(line))).toEqual([])
    }
  })
})

describe("the manual's names", () => {
  it('are answered to by a link of that name', () => {
    for (const name of manualNames) {
      const { status, stdout } = run(join(bin, name), ['--help'])
      expect([status, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining(`untenseki ${name} `)])
    }
    const link = join(shell.base, 'APSTOP')
    symlinkSync(shell.cli, link)
    expect(run(process.execPath, [link, '--help']).stdout).toContain('untenseki APSTOP ')
  })

  it('say in both languages what the manual documents and what is our own', async () => {
    for (const name of manualNames) {
      const [ja, en] = await Promise.all(
        (['ja', 'en'] as const).map((language) => shell.plain([name, '--help'], { language })),
      )
      expect(ja?.stdout).toMatch(/マニュアルに記載の動作: [\s\S]*本製品独自: /)
      expect(en?.stdout).toMatch(/As the manual documents it: [\s\S]*This product's own: /)
    }
  })
})
