import { fail } from '../../../shared/model/problem.ts'
import { confirm } from '../ask.ts'
import type { Verb } from '../verb.ts'

export const lockBreak: Verb = {
  name: 'break',
  about: {
    ja: '他の利用者の排他を強制的に終了する(アドレスサービスのログに記録する)',
    en: "end someone else's exclusive lock by force; the address service's log keeps who did so",
  },
  examples: ['untenseki lock break', 'untenseki lock break --yes'],
  async work({ engine, output, options, context }) {
    const { lock, owner, log } = engine()
    const found = await lock.status()
    if (!found.held) {
      output.line({ ja: '排他: なし', en: 'The exclusive lock is free' })
      return { exitCode: 0, facts: { broken: null } }
    }
    const { operator, host, pid } = found.owner
    const who = `${operator}@${host} (pid ${pid})`
    await confirm(context, options, {
      ja: `${who} が ${found.since} から行っている排他を終了させますか。その処理は中止されます。`,
      en: `End the exclusive lock that ${who} has held since ${found.since}? Its work will be given up.`,
    })
    // The lock that was shown and agreed to, and no other that may have begun meanwhile.
    if (!(await lock.breakOff(found.token, owner))) throw fail('lock-changed')
    log({ event: 'lock.broken', level: 'warn', token: found.token, holder: who, by: owner.operator })
    output.line({ ja: `${who} の排他を終了しました`, en: `The exclusive lock of ${who} was ended` })
    return { exitCode: 0, facts: { broken: found } }
  },
}
