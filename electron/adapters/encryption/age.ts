import { execFile } from 'node:child_process'
import { createHash, webcrypto } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import type { MediaSettings } from '../../../shared/model/media.ts'
import { fail } from '../../../shared/model/problem.ts'
import type { ArchiveCipher } from '../../core/ports/archive-cipher.ts'

const commandMs = 60_000

/** Keys by the domain file's `media.encryption`, through the age library; without it nothing is encrypted. */
export function ageCipher(
  settings: MediaSettings['encryption'],
  env: Readonly<Record<string, string | undefined>>,
): ArchiveCipher {
  // Node 18 has it, but not by this name, and the library asks for it there.
  globalThis.crypto ??= webcrypto as Crypto
  // Large, and only for whoever encrypts; not first when it is needed, when the program may have been replaced on the disk.
  const library = settings === null ? null : import('age-encryption')
  library?.catch(() => undefined)
  const made = new Map<string, Uint8Array>()
  return {
    seals: settings !== null,
    async seal() {
      if (settings === null || library === null) throw fail('encryption-unset', { path: '.age' })
      const { Encrypter } = await library
      const encrypter = new Encrypter()
      for (const recipient of settings.recipients) encrypter.addRecipient(recipient)
      let fileKey = new Uint8Array()
      // One recipient more, which writes nothing into the header: so the library hands over the file key.
      encrypter.addRecipient({
        wrapFileKey(key) {
          fileKey = Uint8Array.from(key)
          return []
        },
      })
      const whole = Buffer.from(await encrypter.encrypt(new Uint8Array()))
      const header = whole.subarray(0, whole.length - emptyPayload)
      made.set(digestOf(header), fileKey)
      return { header, fileKey }
    },
    async open(header, path) {
      const own = made.get(digestOf(header))
      if (own !== undefined) return own
      if (
        settings === null ||
        library === null ||
        (settings.identityFile === null && settings.identityCommand === null)
      ) {
        throw fail('archive-encrypted', { path })
      }
      const { place, lines } = await identitiesOf(settings, env)
      const { Decrypter } = await library
      const decrypter = new Decrypter()
      try {
        for (const identity of lines) decrypter.addIdentity(identity)
      } catch {
        // A wrong checksum; what the library says of it may repeat the secret.
        throw fail('identity-unreadable', { path: place, text: identityForm })
      }
      try {
        return await decrypter.decryptHeader(header)
      } catch (thrown) {
        // The library has no kinds of errors; anything but this one tells of a header that somebody changed.
        const wrong = thrown instanceof Error && thrown.message.startsWith('no identity matched')
        throw wrong ? fail('archive-identity-wrong', { path }) : fail('archive-unauthentic', { path, offset: 0 })
      }
    },
  }
}

/** What an identity looks like, for problems that must not show one. */
const identityForm = 'AGE-SECRET-KEY-1…'

/** Nonce, and the tag of the only, empty chunk. */
const emptyPayload = 16 + 16

function digestOf(header: Uint8Array): string {
  return createHash('sha256').update(header).digest('hex')
}

/** The lines of an identity file; comments and empty lines left out. */
async function identitiesOf(
  { identityFile, identityCommand }: NonNullable<MediaSettings['encryption']>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly place: string; readonly lines: readonly string[] }> {
  const place = identityFile ?? identityCommand?.[0] ?? ''
  const text = identityFile === null ? await printed(identityCommand ?? [], env) : readSecret(identityFile)
  const lines = text.split('\n').map((line) => line.trim())
  const found = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (found.length === 0 || !found.every((line) => /^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/.test(line))) {
    throw fail('identity-unreadable', { path: place, text: identityForm })
  }
  return { place, lines: found }
}

function readSecret(path: string): string {
  let mode: number
  let text: string
  try {
    mode = statSync(path).mode
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw fail('identity-unreadable', { path, text: (error as NodeJS.ErrnoException).code ?? '' })
  }
  if ((mode & 0o077) !== 0) throw fail('identity-open', { path })
  return text
}

async function printed(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  try {
    const options = { env: env as NodeJS.ProcessEnv, timeout: commandMs, encoding: 'utf8' } as const
    return (await promisify(execFile)(program, args, options)).stdout
  } catch (error) {
    // What the program printed may be the secret, so only how it ended is told.
    const { code, signal } = error as { code?: number | string; signal?: string }
    throw fail('identity-unreadable', { path: program, text: String(signal ?? code ?? '') })
  }
}
