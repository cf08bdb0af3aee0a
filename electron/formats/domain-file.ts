import { readFileSync, statSync } from 'node:fs'
import { dirname, normalize, resolve } from 'node:path'
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { assertNever } from '../../shared/model/assert-never.ts'
import type { Domain, ServerConfig, ServiceConfig } from '../../shared/model/domain.ts'
import { fail, ProblemError } from '../../shared/model/problem.ts'
import type { ServiceKind } from '../../shared/model/service.ts'
import { checkRules, type KeyPath } from './domain-rules.ts'
import { domainExpectations, type WrittenDomain, writtenDomainSchema } from './domain-schema.ts'
import { toMedia } from './media-settings.ts'
import { toNotifications } from './notification-settings.ts'
import { errorText, wrongInDomainFile } from './settings-error.ts'

export { renderDomain } from './domain-render.ts'

const defaults = { ttlMs: 15_000, heartbeatMs: 5_000, startTimeoutMs: 60_000, stopTimeoutMs: 60_000 } as const

/** The name of a service that states none. */
function serviceName(kind: ServiceKind, id: string): string {
  switch (kind) {
    case 'object-server':
      return 'Object Server'
    case 'address-service':
      return 'アドレスサービス'
    case 'server':
      return 'サーバ'
    case 'dependent':
      return id
    default:
      return assertNever(kind)
  }
}

function toService(written: WrittenDomain['servers'][number]['services'][number]): ServiceConfig {
  const { id, kind, driver, name = serviceName(kind, id), port = null } = written
  const commands = written.commands ? { ...written.commands, pidFile: written.commands.pidFile ?? null } : null
  return { id, kind, driver, name, port, commands }
}

/** One spelling a path: no `//`, no `..`, no `/` at the end. */
function tidy(path: string): string {
  const normal = normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}

function toServer(written: WrittenDomain['servers'][number], domain: string): ServerConfig {
  const { name, host, site = domain, roles, layout, prefix, services, extraTargets = [] } = written
  const targets = extraTargets.map(tidy)
  return {
    name,
    host,
    site,
    roles,
    layout,
    prefix: tidy(prefix),
    services: services.map(toService),
    extraTargets: targets,
  }
}

function toDomain(written: WrittenDomain, file: string): Domain {
  const { state, sockets, backups } = written.folders
  return {
    name: written.domain,
    file: resolve(file),
    servers: written.servers.map((server) => toServer(server, written.domain)),
    folders: { state: tidy(state), sockets: tidy(sockets), backups: tidy(backups) },
    lease: {
      ttlMs: written.lease?.ttlMs ?? defaults.ttlMs,
      heartbeatMs: written.lease?.heartbeatMs ?? defaults.heartbeatMs,
    },
    limits: {
      startTimeoutMs: written.limits?.startTimeoutMs ?? defaults.startTimeoutMs,
      stopTimeoutMs: written.limits?.stopTimeoutMs ?? defaults.stopTimeoutMs,
      retries: written.limits?.retries ?? 0,
      stopEscalation: written.limits?.stopEscalation ?? 'none',
      downtimeMs: written.limits?.downtimeMs ?? null,
    },
    policies: {
      verify: written.policies?.verify ?? 'before-start',
      recovery: written.policies?.recovery ?? 'ask',
      discardCover: written.policies?.discardCover ?? 2,
    },
    media: toMedia(written.media),
    notifications: toNotifications(written.notifications),
  }
}

/** One step down the tree: where the key stands, and the node behind it. */
function step(document: Document, from: unknown, key: string | number): { at: number | null; node: unknown } {
  const node = isAlias(from) ? from.resolve(document) : from
  if (isMap(node)) {
    const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(key))
    const at = isNode(pair?.key) ? (pair.key.range?.[0] ?? null) : null
    return { at, node: pair?.value }
  }
  const item = isCollection(node) && typeof key === 'number' ? node.items[key] : undefined
  return { at: isNode(item) ? (item.range?.[0] ?? null) : null, node: item }
}

/** The line of a setting; of the nearest thing around it where it isn't written. */
function lineOf(document: Document, lines: LineCounter, path: KeyPath): number {
  let at = (document.contents as Node | null)?.range?.[0] ?? 0
  let node: unknown = document.contents
  for (const key of path) {
    const found = step(document, node, key)
    at = found.at ?? at
    node = found.node
  }
  return Math.max(1, lines.linePos(at).line)
}

function keyText(path: KeyPath): string {
  const text = path.reduce<string>(
    (before, key) => (typeof key === 'number' ? `${before}[${key + 1}]` : before === '' ? key : `${before}.${key}`),
    '',
  )
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 200)
}

function expectationFor(path: KeyPath) {
  const known = path.map((key) => (typeof key === 'number' ? '*' : key))
  for (;;) {
    const expected = domainExpectations[known.join('.')]
    if (expected !== undefined || known.length === 0) return expected ?? { ja: '別の値', en: 'another value' }
    known.pop()
  }
}

function parseTree(text: string, file: string): { document: Document; lines: LineCounter; value: unknown } {
  const lines = new LineCounter()
  const syntax = (line: number, what: string) => {
    const [first = ''] = what.split('\n')
    return fail('domain-file-syntax', { file, line, text: first.replace(/ at line \d+, column \d+:?$/, '') })
  }
  let document: Document
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: true })
  } catch (error) {
    throw syntax(1, errorText(error))
  }
  const [wrong] = [...document.errors, ...document.warnings]
  if (wrong !== undefined) throw syntax(Math.max(1, lines.linePos(wrong.pos[0]).line), wrong.message)
  try {
    visit(document, {
      Alias: (_, alias) => {
        if (alias.resolve(document) !== undefined) return
        throw syntax(lines.linePos(alias.range?.[0] ?? 0).line, `unresolved alias ${alias.source}`)
      },
    })
    return { document, lines, value: document.toJS() }
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw syntax(1, errorText(error))
  }
}

/**
 * Reads the text of a domain file (ARCHITECTURE, "The domain file"). `file` is its path, for messages and as the domain's identity.
 * Throws `domain-file-syntax` or `domain-file-wrong` (78) with file, line, key, and what was expected in both languages.
 */
export function parseDomain(text: string, file: string): Domain {
  const { document, lines, value } = parseTree(text, file)
  const refuse = (path: KeyPath, expected = expectationFor(path)): never => {
    throw wrongInDomainFile({ file, line: lineOf(document, lines, path), key: keyText(path) }, expected)
  }
  const written = writtenDomainSchema.safeParse(value)
  if (written.success) {
    const domain = toDomain(written.data, file)
    checkRules(domain, refuse)
    return domain
  }
  const [issue] = written.error.issues
  const path = (issue?.path ?? []).map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue?.code !== 'unrecognized_keys') return refuse(path)
  return refuse([...path, issue.keys[0] ?? ''], expectationFor(path))
}

/**
 * Everyone who may write the file, or put another in its place, could have programs run by whoever reads it. A group may
 * (own decision): administrators who share a site do.
 */
function assertNotOpen(file: string): void {
  const folder = dirname(file)
  const open = (path: string) => (statSync(path).mode & 0o002) !== 0
  const sticky = (statSync(folder).mode & 0o1000) !== 0
  if (open(file) || (open(folder) && !sticky)) throw fail('domain-file-open', { file })
}

/** Reads a domain file. Throws what `parseDomain` throws, `domain-file-unreadable` and `domain-file-open` (78). */
export function loadDomain(file: string): Domain {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    throw fail('domain-file-unreadable', { file, text: errorText(error) }, error)
  }
  assertNotOpen(file)
  return parseDomain(text, file)
}
