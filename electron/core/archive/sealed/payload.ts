import { createCipheriv, createDecipheriv, getCiphers, hkdfSync } from 'node:crypto'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'

/** The payload of the age format: chunks of 64 KiB, ChaCha20-Poly1305 each, its nonce the chunk's number and a mark of the last one. */
export const CHUNK = 64 * 1024
export const TAG = 16
export const SEALED_CHUNK = CHUNK + TAG
export const NONCE = 16

const NAME = 'chacha20-poly1305'
/** Electron's crypto library offers this cipher to no program: there it is calculated in JavaScript, some 15 times slower. */
const native = getCiphers().includes(NAME)

/** HKDF-SHA-256 of the file key with the payload's nonce as salt. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32))
}

export function sealChunk(key: Uint8Array, number: number, last: boolean, plain: Uint8Array): Buffer {
  const nonce = nonceOf(number, last)
  if (!native) return bufferOf(chacha20poly1305(key, nonce).encrypt(plain))
  const cipher = createCipheriv(NAME, key, nonce, { authTagLength: TAG })
  const body = cipher.update(plain)
  cipher.final()
  return Buffer.concat([body, cipher.getAuthTag()])
}

/** Null: this is not the chunk of this key and number, or not the last one, as was said. */
export function openChunk(key: Uint8Array, number: number, last: boolean, sealed: Uint8Array): Buffer | null {
  if (sealed.length < TAG) return null
  const nonce = nonceOf(number, last)
  try {
    if (!native) return bufferOf(chacha20poly1305(key, nonce).decrypt(sealed))
    const decipher = createDecipheriv(NAME, key, nonce, { authTagLength: TAG })
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG))
    decipher.final()
    return plain
  } catch {
    return null
  }
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(number, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
