import type { Replica } from '../../../shared/model/directory.ts'
import type { GridRow } from '../../chrome/grid-rows.ts'
import { StateMark } from '../../chrome/state-mark.tsx'
import type { Text } from '../../text/use-text.ts'
import { replicaWord } from '../server-state.ts'

/** A row a server that the master feeds. */
export function replicaRows(
  replicas: readonly Replica[],
  nameOf: (host: string) => string,
  { t, format }: Text,
): readonly GridRow[] {
  const time = (iso: string | null) => (iso === null ? t('dash') : format.dateTime(iso))
  return replicas.map((replica) => {
    const { mark, word } = replicaWord(replica.state)
    return {
      key: replica.host,
      text: nameOf(replica.host),
      level: 0,
      expanded: null,
      cells: {
        server: { value: nameOf(replica.host) },
        state: { value: t(word), show: <StateMark mark={mark} word={t(word)} /> },
        waiting: { value: replica.waiting, show: format.number(replica.waiting) },
        oldest: { value: replica.oldestAt ?? '', show: time(replica.oldestAt) },
        applied: {
          value: replica.applied?.number ?? -1,
          show: replica.applied === null ? t('dash') : format.number(replica.applied.number),
        },
        heard: { value: replica.lastHeard ?? '', show: time(replica.lastHeard) },
      },
    }
  })
}
