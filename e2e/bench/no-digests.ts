/** Stands for `electron/core/archive/hash.ts` where the engine is measured without digests. */
const NONE = Buffer.alloc(32)

export const sha256Hex = (): string => NONE.toString('hex')
export const sha256Of = (): Buffer => NONE
export const digestOfHex = (): Buffer => NONE

export function newSha256() {
  const hash = { update: () => hash, copy: () => hash, digest: (encoding?: 'hex') => (encoding ? sha256Hex() : NONE) }
  return hash
}
