import { parseArgs } from 'node:util'
import { fail, toProblem } from '../shared/model/problem.ts'
import { serviceBodies } from './embedded/bodies.ts'
import { runService } from './embedded/process/run-service.ts'
import { loadDomain } from './formats/domain-file.ts'

/** Entry of one embedded service process: `--config FILE --host H --service ID`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { config: { type: 'string' }, host: { type: 'string' }, service: { type: 'string' } },
  })
  const { config, host = '', service: id = '' } = values
  const domain = loadDomain(config ?? '')
  const server = domain.servers.find((one) => one.host === host)
  const service = server?.services.find((one) => one.id === id)
  if (server === undefined || service === undefined) throw fail('service-unknown', { host, service: id })
  await runService(domain, server, service, await serviceBodies[service.kind]())
}

main().catch((error: unknown) => {
  const problem = toProblem(error)
  process.stderr.on('error', () => {})
  process.stderr.write(
    `${JSON.stringify({ at: new Date().toISOString(), level: 'error', event: 'gave-up', problem })}\n`,
  )
  process.exitCode = problem.exitCode
})
