import type { DirectoryView } from '../../../shared/model/console.ts'
import type { ServerStatus } from '../../../shared/model/server.ts'
import type { ServiceStatus } from '../../../shared/model/service.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'
import { StateMark } from '../../chrome/state-mark.tsx'
import type { Text } from '../../text/use-text.ts'
import { type StateWord, serverState, serviceState } from '../server-state.ts'
import type { useWords } from '../use-words.ts'

interface Rows {
  readonly servers: readonly ServerStatus[]
  readonly directory: DirectoryView
  /** Hosts whose services are shown. */
  readonly expanded: readonly string[]
  readonly text: Text
  readonly words: ReturnType<typeof useWords>
}

/** Service rows have the key `host/service`. */
export function serverRows({ servers, directory, expanded, text, words }: Rows): readonly GridRow[] {
  const state = (word: StateWord) => ({
    value: text.t(word.word),
    show: <StateMark mark={word.mark} word={text.t(word.word)} />,
  })
  return servers.flatMap((server) => {
    const open = expanded.includes(server.host)
    const row: GridRow = {
      key: server.host,
      text: server.name,
      level: 0,
      expanded: open,
      cells: {
        server: { value: server.name },
        host: { value: server.host },
        kind: { value: words.roles(server) },
        state: state(serverState(server)),
        replication: { value: words.replication(directory, server.host) },
      },
    }
    if (!open) return [row]
    const services = server.services.map((service): GridRow => {
      const about = detail(service, text)
      return {
        key: `${server.host}/${service.id}`,
        text: service.name,
        level: 1,
        expanded: null,
        cells: {
          server: { value: service.name },
          state: state(serviceState(service.state)),
          detail: { value: about, show: about },
        },
      }
    })
    return [row, ...services]
  })
}

function detail(service: ServiceStatus, { t, format, say }: Text): string {
  const parts: string[] = []
  if (service.pid !== null) parts.push(t('service.pid', { pid: service.pid }))
  if (service.since !== null) parts.push(t('service.since', { time: format.dateTime(service.since) }))
  if (service.problem !== null) parts.push(say(service.problem.message))
  return parts.join(', ')
}
