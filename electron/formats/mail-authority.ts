import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Domain } from '../../shared/model/domain.ts'
import type { Refuse } from './domain-rules.ts'
import { errorText } from './settings-error.ts'

const oneCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The certificates of a PEM file. Throws where it cannot be read, holds none, or holds one that is none. */
export function readAuthorities(file: string): readonly string[] {
  const found = readFileSync(file, 'latin1').match(oneCertificate)
  if (!found) throw new Error(`${file}: no certificate`)
  for (const pem of found) new X509Certificate(pem)
  return found
}

/** The certificates that `notifications.mail.caFile` names can be read now. Not for service processes: they send no mail. */
export function checkMailAuthority({ notifications: { mail } }: Domain, refuse: Refuse): void {
  if (!mail?.caFile) return
  try {
    readAuthorities(mail.caFile)
  } catch (error) {
    const text = errorText(error)
    refuse(['notifications', 'mail', 'caFile'], {
      ja: `読み込めるPEM形式の認証局証明書のファイル(${text})`,
      en: `a readable file of CA certificates in PEM (${text})`,
    })
  }
}
