import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'

/**
 * A time-stamped archive name for a server, in local time: `hq-mas-20261122-020014.tar.zst`, with `.age` where
 * the domain's archives are encrypted.
 */
export function archiveName({ media }: Pick<Domain, 'media'>, server: ServerConfig, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
  return `${server.host}-${day}-${time}.tar.zst${media.encryption === null ? '' : '.age'}`
}
