import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { fail } from '../../../../shared/model/problem.ts'
import { unescapeName } from '../member-name.ts'

/**
 * Where members go: the one called `prefix`, an absolute path (escaped as the manifest escapes), becomes `to`, and what
 * lies below it follows. The longest prefix counts.
 */
export type Rule = { readonly prefix: string; readonly to: string }

/** A rule's place on this machine: `folder` exists, `name` is what is to be made in it. */
export type Root = { readonly prefix: Buffer; readonly to: string; readonly folder: string; readonly name: Buffer }

export type Mapping = {
  readonly roots: readonly Root[]
  /** The rule that speaks of this member; null: none. */
  readonly rootOf: (name: Buffer) => Root | null
}

const SLASH = 0x2f
const DOT = 0x2e

/** Throws `archive-path-relative`. */
export function createMapping(rules: readonly Rule[]): Mapping {
  const roots = rules
    .map(({ prefix, to }) => {
      for (const path of [prefix, to]) if (!isAbsolute(path)) throw fail('archive-path-relative', { path })
      const place = resolve(to)
      return { prefix: memberNameOf(prefix), to: place, folder: dirname(place), name: Buffer.from(basename(place)) }
    })
    .sort((one, other) => other.prefix.length - one.prefix.length)
  return {
    roots,
    rootOf: (name) => roots.find(({ prefix }) => isWithin(name, prefix)) ?? null,
  }
}

/** Where a member goes: names below the root's folder, the first one the root's own. */
export function partsOf({ prefix, name: own }: Root, name: Buffer): Buffer[] {
  const from = prefix.length === 0 ? 0 : prefix.length + 1
  return [own, ...(isRoot(name) || from > name.length ? [] : split(name.subarray(from)))]
}

/** The member's name of an absolute, escaped path; empty for the root of all. */
export function memberNameOf(path: string): Buffer {
  return unescapeName(path.replaceAll(/\/+/g, '/').replace(/^\//, '').replace(/\/$/, ''))
}

/** Whether a member is `prefix` itself or lies below it. */
export function isWithin(name: Buffer, prefix: Buffer): boolean {
  if (prefix.length === 0) return true
  if (name.length < prefix.length || name.compare(prefix, 0, prefix.length, 0, prefix.length) !== 0) return false
  return name.length === prefix.length || name[prefix.length] === SLASH
}

/** The file system's root is the member `.`. */
export function isRoot(name: Buffer): boolean {
  return name.length === 1 && name[0] === DOT
}

export function split(name: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let from = 0
  for (let end = name.indexOf(SLASH); end >= 0; end = name.indexOf(SLASH, from)) {
    parts.push(name.subarray(from, end))
    from = end + 1
  }
  parts.push(name.subarray(from))
  return parts
}

/** What is wrong with a member's name; null: it stays where it is put. Depth is bounded because folders are held open. */
export function unsafeName(name: Buffer): string | null {
  if (isRoot(name)) return null
  if (name.length === 0) return 'empty'
  if (name[0] === SLASH) return '/'
  if (name.includes(0)) return 'NUL'
  const parts = split(name)
  if (parts.length > MAX_DEPTH) return `> ${MAX_DEPTH} /`
  for (const part of parts) {
    if (part.length === 0) return '//'
    if (isRoot(part)) return '.'
    if (part.length === 2 && part[0] === DOT && part[1] === DOT) return '..'
  }
  return null
}

const MAX_DEPTH = 512
