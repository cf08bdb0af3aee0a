import { wrongValue } from '../usage-text.ts'
import type { Verb } from '../verb.ts'
import { type RootOption, withRoot } from './root-option.ts'

interface InitOptions extends RootOption {
  readonly users: string
  readonly mails: string
  readonly masterJournal: boolean
}

export const domainInit: Verb<InitOptions> = {
  name: 'init',
  about: { ja: 'サンプルドメインを作成する', en: 'make a sample domain' },
  examples: ['untenseki domain init --root /srv/sample --users 300 --mails 3000'],
  shape(command, pick) {
    withRoot(command, pick)
    command
      .option('--users <n>', pick({ ja: 'ユーザ数', en: 'number of users' }), '300')
      .option('--mails <n>', pick({ ja: 'メール数', en: 'number of mails' }), '3000')
      .option('--no-master-journal', pick({ ja: 'MNG_JOURNAL を設定しない', en: 'set no MNG_JOURNAL' }))
  },
  async work({ context, output, options, path }) {
    const root = path(options.root ?? context.sampleRoot)
    const users = count(options.users, '--users')
    const mails = count(options.mails, '--mails')
    const file = await context.initSample({ root, users, mails, masterJournal: options.masterJournal })
    output.line({ ja: `サンプルドメインを作成しました: ${file}`, en: `Made the sample domain: ${file}` })
    return { exitCode: 0, facts: { config: file, root } }
  },
}

function count(text: string, option: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000) {
    throw wrongValue('domain init', option, text)
  }
  return value
}
