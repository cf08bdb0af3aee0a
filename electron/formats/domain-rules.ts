import { relative } from 'node:path'
import type { Domain, ServerConfig, ServiceConfig } from '../../shared/model/domain.ts'
import { ProblemError } from '../../shared/model/problem.ts'
import { type ServiceKind, serviceKinds } from '../../shared/model/service.ts'
import { layoutFolders, serverRoot, serviceSocket } from './layout.ts'
import type { Expected } from './settings-error.ts'

/** A path inside the domain file: keys and list positions. */
export type KeyPath = readonly (string | number)[]

/** Says that the setting at `path` is wrong: throws. */
export type Refuse = (path: KeyPath, expected: Expected) => never

/** Whether `path` is `folder` or lies in it. Both absolute; told from the names alone. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith('../'))
}

function refuseTwice(
  values: readonly string[],
  pathOf: (index: number) => KeyPath,
  expected: Expected,
  refuse: Refuse,
) {
  const seen = new Set<string>()
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) refuse(pathOf(index), expected)
    seen.add(value)
  }
}

function checkMaster(domain: Domain, refuse: Refuse): void {
  const masters = domain.servers.flatMap((server, index) => (server.roles.includes('master') ? [index] : []))
  const expected = { ja: 'masterの役割を持つちょうど1つのサーバ', en: 'exactly one server with the role master' }
  if (masters.length === 0) refuse(['servers'], expected)
  if (masters[1] !== undefined) refuse(['servers', masters[1], 'roles'], expected)
}

const kindsOnce: readonly ServiceKind[] = ['object-server', 'address-service', 'server']

function checkKinds(server: ServerConfig, at: KeyPath, refuse: Refuse): void {
  let highest = 0
  for (const [index, { kind }] of server.services.entries()) {
    const path = [...at, 'services', index, 'kind']
    const layer = serviceKinds.indexOf(kind)
    if (layer < highest) {
      refuse(path, { ja: `起動順の並び(${serviceKinds.join(',')})`, en: `start order: ${serviceKinds.join(', ')}` })
    }
    highest = layer
    if (!kindsOnce.includes(kind)) continue
    if (server.services.findIndex((other) => other.kind === kind) < index) {
      refuse(path, { ja: `サーバに1つだけの${kind}`, en: `only one ${kind} on a server` })
    }
  }
  const kinds = new Set(server.services.map((service) => service.kind))
  const needed: ServiceKind[] = ['object-server', 'address-service']
  if (server.roles.includes('mail')) needed.push('server')
  for (const kind of needed) {
    if (kinds.has(kind)) continue
    refuse([...at, 'services'], { ja: `種別が${kind}のサービス`, en: `a service of the kind ${kind}` })
  }
}

function checkPort(service: ServiceConfig, at: KeyPath, refuse: Refuse): void {
  if (service.kind === 'server' && service.port === null) {
    refuse(at, {
      ja: '種別がserverのサービスのport(SMTPのポート番号)',
      en: 'a port (SMTP) for a service of the kind server',
    })
  }
  if (service.kind !== 'server' && service.port !== null) {
    refuse([...at, 'port'], {
      ja: 'portのないサービス(portは種別serverだけ)',
      en: 'no port: only the kind server has one',
    })
  }
}

/** The two layers below are asked by a protocol of their own, which only the embedded ones speak (own decision). */
const drivenByCommand: readonly ServiceKind[] = ['server', 'dependent']

function checkDriver({ kind, driver, commands }: ServiceConfig, at: KeyPath, refuse: Refuse): void {
  if (driver === 'command' && !drivenByCommand.includes(kind)) {
    const kinds = drivenByCommand.join(',')
    refuse([...at, 'driver'], { ja: `commandは種別${kinds}だけ`, en: `command only for the kinds ${kinds}` })
  }
  if ((driver === 'command') === (commands !== null)) return
  refuse(commands === null ? at : [...at, 'commands'], {
    ja: 'driver: commandのときだけ,commands(start,stop,status)',
    en: 'with driver: command, and only then, commands (start, stop, status)',
  })
}

function checkServices(domain: Domain, refuse: Refuse): void {
  const once = { ja: 'サーバの中で重ならないID', en: 'an ID that no other service of this server has' }
  const ports: { port: string; path: KeyPath }[] = []
  for (const [index, server] of domain.servers.entries()) {
    const at = ['servers', index]
    const ids = server.services.map((service) => service.id)
    refuseTwice(ids, (position) => [...at, 'services', position, 'id'], once, refuse)
    checkKinds(server, at, refuse)
    for (const [position, service] of server.services.entries()) {
      const path = [...at, 'services', position]
      checkPort(service, path, refuse)
      checkDriver(service, path, refuse)
      if (service.port !== null) ports.push({ port: String(service.port), path: [...path, 'port'] })
    }
  }
  const free = { ja: 'ほかのサービスと重ならないポート番号', en: 'a port that no other service has' }
  refuseTwice(
    ports.map(({ port }) => port),
    (index) => ports[index]?.path ?? [],
    free,
    refuse,
  )
}

function checkPlaces(domain: Domain, refuse: Refuse): void {
  const apart = { ja: 'ほかのサーバと重ならない場所', en: 'a place that overlaps no other server' }
  const outside = { ja: 'バックアップ対象の外の場所', en: 'a place outside every backup target' }
  const roots = domain.servers.map(serverRoot)
  for (const [index, root] of roots.entries()) {
    for (const other of roots.slice(0, index)) {
      if (isInside(root, other) || isInside(other, root)) refuse(['servers', index, 'prefix'], apart)
    }
    const targets = layoutFolders.map((folder) => `${root}/${folder}`)
    for (const key of ['state', 'sockets', 'backups'] as const) {
      const place = domain.folders[key]
      const extra = domain.servers[index]?.extraTargets ?? []
      if ([...targets, ...extra].some((target) => isInside(place, target))) refuse(['folders', key], outside)
    }
  }
}

/** `socket-path-too-long` names no line; the domain file's error does. */
function checkSockets(domain: Domain, refuse: Refuse): void {
  try {
    for (const { host, services } of domain.servers) for (const { id } of services) serviceSocket(domain, host, id)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const bytes = 107 - '/01234567.sock'.length
    refuse(['folders', 'sockets'], {
      ja: `${bytes}バイト以内のパス(ソケットのパスは107バイトまで)`,
      en: `a path of at most ${bytes} bytes (a socket's path holds 107)`,
    })
  }
}

/** A user needs exactly one place where the password is, and a password needs a user and a line that nobody reads. */
function checkPassword({ notifications: { mail } }: Domain, refuse: Refuse): void {
  if (mail === null) return
  const at = ['notifications', 'mail']
  const places = [mail.passwordFile, mail.passwordCommand].filter((place) => place !== null)
  if (places.length !== (mail.user === null ? 0 : 1)) {
    refuse(at, {
      ja: 'userがあるときだけ,passwordFileとpasswordCommandのどちらか1つ',
      en: 'with a user, and only then, one of passwordFile and passwordCommand',
    })
  }
  if (mail.user !== null && mail.tls === 'none' && !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(mail.host)) {
    refuse(at, {
      ja: 'userがあるときはtls: starttls又はtls(同じマシンを除く)',
      en: 'with a user: tls: starttls or tls (unless it is this machine)',
    })
  }
}

function checkAuthority({ notifications: { mail } }: Domain, refuse: Refuse): void {
  if (mail === null || mail.caFile === null || mail.tls !== 'none') return
  refuse(['notifications', 'mail', 'caFile'], {
    ja: 'tls: starttls又はtlsのときだけ',
    en: 'only with tls: starttls or tls',
  })
}

/** What spans several settings: one master, nothing twice, services in the order of their layers, places apart. */
export function checkRules(domain: Domain, refuse: Refuse): void {
  checkMaster(domain, refuse)
  const hosts = domain.servers.map((server) => server.host.toLowerCase())
  const hostOnce = { ja: 'ほかのサーバと重ならないホスト名', en: 'a host name that no other server has' }
  refuseTwice(hosts, (index) => ['servers', index, 'host'], hostOnce, refuse)
  checkServices(domain, refuse)
  checkPlaces(domain, refuse)
  checkSockets(domain, refuse)
  checkPassword(domain, refuse)
  checkAuthority(domain, refuse)
  if (domain.lease.heartbeatMs >= domain.lease.ttlMs) {
    refuse(['lease', 'heartbeatMs'], { ja: 'ttlMsより短い間隔', en: 'an interval shorter than ttlMs' })
  }
}
