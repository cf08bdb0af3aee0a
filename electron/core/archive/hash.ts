import * as crypto from 'node:crypto'

/** Node has this since 20.12; Electron 25 has not. */
type OneShot = (algorithm: string, data: Buffer | string, encoding: 'hex') => string
const oneShot = 'hash' in crypto ? (crypto.hash as OneShot) : null
/** A copy of a hash costs a fraction of a new one, which looks its algorithm up by name. */
const fresh = crypto.createHash('sha256')

/** SHA-256 in hex of bytes (or a text's UTF-8) that are there as a whole: thousands of small files make this count. */
export function sha256Hex(bytes: Buffer | string): string {
  return oneShot === null ? fresh.copy().update(bytes).digest('hex') : oneShot('sha256', bytes, 'hex')
}

/** The same as bytes. */
export function sha256Of(bytes: Buffer): Buffer {
  return digestOfHex(sha256Hex(bytes))
}

/** A digest's bytes, in memory of their own: one is kept of every frame, and would keep a whole slab of Node's pool with it. */
export function digestOfHex(hex: string): Buffer {
  const digest = Buffer.allocUnsafeSlow(hex.length / 2)
  digest.write(hex, 'hex')
  return digest
}

/** A hash to be fed piece by piece. */
export function newSha256(): crypto.Hash {
  return fresh.copy()
}
