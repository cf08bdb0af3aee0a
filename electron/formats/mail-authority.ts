import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

const oneCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The certificates of a PEM file. Throws where it cannot be read, holds none, or holds one that is none. */
export function readAuthorities(file: string): readonly string[] {
  const found = readFileSync(file, 'latin1').match(oneCertificate)
  if (!found) throw new Error(`${file}: no certificate`)
  for (const pem of found) new X509Certificate(pem)
  return found
}
