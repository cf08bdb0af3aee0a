import type { DirectoryView } from '../../shared/model/console.ts'
import type { ServerStatus } from '../../shared/model/server.ts'
import { useSnapshot } from '../store/use-app.ts'
import { ownerName } from '../text/format.ts'
import { useText } from '../text/use-text.ts'
import { replicationOf, replicaWord } from './server-state.ts'

/** Phrases that several windows share. */
export function useWords() {
  const { t, format } = useText()
  return {
    roles: (server: ServerStatus) => server.roles.map((role) => t(`role.${role}`)).join(t('role.and')),
    replication(directory: DirectoryView, host: string): string {
      const found = replicationOf(directory, host)
      if (found === null) return t('dash')
      // Of a master that waits for repair it is not known yet how many.
      if (found.state === 'waiting' && found.waiting > 0)
        return t('replication.waiting', { count: format.number(found.waiting) })
      const word = t(replicaWord(found.state).word)
      if (found.waiting === 0) return word
      return `${word} (${t('replication.waiting', { count: format.number(found.waiting) })})`
    },
    lock(directory: DirectoryView): string {
      if (directory.kind !== 'up') return t('unknown')
      return directory.status.lock.held ? ownerName(directory.status.lock.owner) : t('none')
    },
  }
}

/** A server's own name; its host where it is not known. */
export function useServerName(): (host: string) => string {
  const servers = useSnapshot((snapshot) => snapshot.servers)
  return (host) => servers.find((server) => server.host === host)?.name ?? host
}
