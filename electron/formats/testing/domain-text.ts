import { expect } from 'vitest'

/** A domain file with nothing wrong in it, and what tests put into it. */
export const good = `domain: 本社アドレス管理ドメイン
servers:
  - name: 本社マスタ
    host: hq-mas
    roles: [master, mail]
    layout: hi-ux
    prefix: /srv/unten/hq-mas/
    services:
      - {id: obj, kind: object-server, driver: embedded}
      - {id: adr, kind: address-service, driver: embedded}
      - {id: srv, kind: server, driver: embedded, port: 2525}
      - {id: sch, kind: dependent, name: Scheduler, driver: embedded}
  - name: 東京メール
    host: tk-ml1
    roles: [address]
    layout: aix
    prefix: /srv/unten/tk-ml1
    services:
      - {id: obj, kind: object-server, driver: embedded}
      - {id: adr, kind: address-service, driver: embedded}
folders:
  state: /srv/unten/state
  sockets: /run/unten
  backups: /srv/unten/backups
`
export const file = '/etc/untenseki/domain.yaml'

/** The good file with one piece of text replaced. */
export function changed(from: string, to: string): string {
  expect(good).toContain(from)
  return good.replace(from, () => to)
}

export const programs = '{start: [/s, start], stop: [/s, stop], status: [/s, status], pidFile: /run/s.pid}'
export const recipient = 'age1jreyhcpmyala7jplehmct0sl0txpx8z4ttrddz2hrvyarfs04gvskjjf80'
