import { fail } from '../../../../shared/model/problem.ts'
import type { ArchiveCipher, FreshSeal } from '../../ports/archive-cipher.ts'

/**
 * The process's keys. One process works on one domain, and archives are opened in so many places that a key handed through
 * all of them would sooner or later end up in a record (own decision); worker threads get no keyring, only the key of the
 * archive that they work on.
 */
let keyring: ArchiveCipher | null = null

/** Called once by the root that composed a domain. */
export function setKeyring(cipher: ArchiveCipher): void {
  keyring = cipher
}

let composing: (() => void) | null = null

/** For commands that read archives and need no domain until one is encrypted: `compose` is to set the keyring, or to throw why not. */
export function composeKeyringBy(compose: () => void): void {
  composing = compose
}

/**
 * Whether an archive of this name is to be encrypted: as the domain file says. Throws where name and domain file do not
 * agree: nothing meant to be secret is written in the clear, and no `.age` stands on what is none (64).
 */
export function isSealedName(path: string): boolean {
  const seals = keyring?.seals === true
  if (path.startsWith('/dev/')) return seals
  const named = path.endsWith('.age')
  if (seals && !named) throw fail('archive-name-clear', { path })
  if (!seals && named) throw fail('encryption-unset', { path })
  return seals
}

/** A new seal for an archive of this name; null: it is not encrypted. Throws what `isSealedName` does. */
export async function sealFor(path: string): Promise<FreshSeal | null> {
  return isSealedName(path) && keyring !== null ? keyring.seal() : null
}

/** Throws `archive-encrypted` and what `ArchiveCipher.open` throws. */
export async function openSealed(header: Uint8Array, path: string): Promise<Uint8Array> {
  if (keyring === null) composing?.()
  if (keyring === null) throw fail('archive-encrypted', { path })
  return keyring.open(header, path)
}
