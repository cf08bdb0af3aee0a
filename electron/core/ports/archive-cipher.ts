/** What an encrypted archive begins with, and the secret that its content is encrypted with. The secret is kept in memory only. */
export type FreshSeal = {
  /** The age header with the file key, wrapped for each recipient. */
  readonly header: Uint8Array
  readonly fileKey: Uint8Array
}

/**
 * Keys of encrypted archives, in the age format (age-encryption.org/v1). No key and nothing that a key command printed is
 * ever in a problem, a log or a record.
 */
export type ArchiveCipher = {
  /** Whether new archives are to be encrypted. */
  readonly seals: boolean
  /** A new file key for all recipients. Throws `encryption-unset` (78) where there are none. */
  readonly seal: () => Promise<FreshSeal>
  /**
   * The file key out of a header: of an archive that this process wrote from memory, of any other by the identity. `path` is
   * what problems name. Throws `archive-encrypted` (77) without an identity, `archive-identity-wrong` (77),
   * `identity-unreadable` (77), `identity-open` (77), `archive-unauthentic` (13) for a header that was changed.
   */
  readonly open: (header: Uint8Array, path: string) => Promise<Uint8Array>
}
