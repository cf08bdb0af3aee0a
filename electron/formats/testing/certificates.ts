import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate authority of the test's own, in files below a folder. */
export interface Authority {
  /** Its certificate, PEM. */
  readonly file: string
  /** A key and a certificate for this subject alternative name, as `DNS:localhost`; valid from now for so many days. */
  issue(name: string, altName: string, days?: number): { readonly key: string; readonly cert: string }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Needs the program `openssl`. */
export function makeAuthority(folder: string, name: string): Authority {
  const file = join(folder, `${name}.pem`)
  const authorityKey = join(folder, `${name}.key`)
  openssl('req', '-x509', ...newKey, '-keyout', authorityKey, '-out', file, '-days', '2', '-subj', `/CN=${name}`)
  return {
    file,
    issue(subject, altName, days = 2) {
      const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) =>
        join(folder, `${subject}.${end}`),
      )
      if (!key || !request || !cert || !extensions) throw new Error('no name')
      openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${subject}`)
      writeFileSync(extensions, `subjectAltName=${altName}\n`)
      const signer = ['-CA', file, '-CAkey', authorityKey, '-CAcreateserial']
      openssl('x509', '-req', '-in', request, ...signer, '-days', String(days), '-extfile', extensions, '-out', cert)
      return { key, cert }
    },
  }
}

function openssl(...words: string[]): void {
  const { status, stderr } = spawnSync('openssl', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl ${words[0]}: ${stderr}`)
}
