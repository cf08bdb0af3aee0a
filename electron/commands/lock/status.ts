import type { Verb } from '../verb.ts'

export const lockStatus: Verb = {
  name: 'status',
  about: { ja: '排他の状態を表示する', en: 'show who holds the exclusive lock' },
  examples: ['untenseki lock status'],
  readsOnly: true,
  async work({ engine, output }) {
    const lock = await engine().lock.status()
    if (lock.held) {
      const { operator, host, pid } = lock.owner
      const who = `${operator}@${host} (pid ${pid})`
      output.line({ ja: `排他中: ${who} ${lock.since} から`, en: `Held by ${who} since ${lock.since}` })
    } else {
      output.line({ ja: '排他: なし', en: 'The exclusive lock is free' })
    }
    return { exitCode: 0, facts: { lock } }
  },
}
