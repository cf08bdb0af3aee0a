const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const
const CHECKSUM = 6

/** The kinds that can be encrypted for, by their prefix, with the bytes of their keys: X25519, hybrids, and keys on a token. */
const keyBytes: Readonly<Record<string, number>> = { age: 32, age1pq: 1216, age1tag: 33, age1tagpq: 1249 }

/**
 * Whether a text is a recipient of age (age-encryption.org/v1): Bech32 of BIP 173 without its limit of 90 characters, with a right
 * checksum. A slip of the pen is so found where it was made, not in the night when the backup is to be encrypted.
 */
export function isAgeRecipient(text: string): boolean {
  const split = text.lastIndexOf('1')
  const prefix = text.slice(0, split)
  const bytes = keyBytes[prefix]
  if (bytes === undefined) return false
  const words = [...text.slice(split + 1)].map((letter) => ALPHABET.indexOf(letter))
  if (words.includes(-1) || words.length !== Math.ceil((bytes * 8) / 5) + CHECKSUM) return false
  const codes = [...prefix].map((letter) => letter.charCodeAt(0))
  return polymod([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...words]) === 1
}

/** BIP 173: what is 1 for a string whose checksum is right. */
function polymod(values: readonly number[]): number {
  let checksum = 1
  for (const value of values) {
    const top = checksum >>> 25
    checksum = ((checksum & 0x1ffffff) << 5) ^ value
    GENERATORS.forEach((generator, bit) => {
      if ((top >> bit) & 1) checksum ^= generator
    })
  }
  return checksum
}
