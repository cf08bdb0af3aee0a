import type { Verb } from '../verb.ts'
import { sampleEngine, startAll } from './engine.ts'

/** For `npm start`: the sample domain is there and runs; the last line on stdout is its domain file. */
export const prepareSampleVerb: Verb = {
  name: 'prepare-sample',
  hidden: true,
  about: { ja: 'サンプルドメインを用意して起動する', en: 'make the sample domain if absent, and start it' },
  examples: ['untenseki prepare-sample'],
  async work(call) {
    const engine = await sampleEngine(call)
    // The console shows an unfinished run and offers to settle it: the operator decides, not this.
    const blocked = engine.domain.servers.some((server) => engine.runLock.inspect(server.host) !== null)
    if (!blocked) await startAll(engine, call)
    call.output.line({ ja: engine.domain.file, en: engine.domain.file })
    return { exitCode: 0, facts: { config: engine.domain.file } }
  },
}
