/**
 * The tree that the archive is measured on: a mail store (sizes log-normal around 4 KB, a tenth with an attachment in
 * base64) and database files, every second of which holds bytes that no compressor can do anything with.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const MIB = 1024 * 1024
const A_FOLDER = 500
const DATABASES = 4

/** @param {{ root: string, files: number, databaseMb: number, seed: number }} wanted */
export function makeMailStore({ root, files, databaseMb, seed }) {
  const random = generator(seed)
  const words = vocabulary(random)
  for (let count = 0; count < files; count += A_FOLDER) {
    const folder = join(root, 'mail', `user${String(count / A_FOLDER).padStart(5, '0')}`)
    mkdirSync(folder, { recursive: true })
    for (let each = count; each < Math.min(files, count + A_FOLDER); each += 1)
      writeFileSync(join(folder, `${hex(random, 12)}.eml`), mail(random, words, each))
  }
  mkdirSync(join(root, 'database'), { recursive: true })
  const each = Math.floor(databaseMb / DATABASES)
  for (let number = 0; number < DATABASES; number += 1) {
    const fd = openSync(join(root, 'database', `area${String(number).padStart(2, '0')}`), 'w')
    for (let written = 0; written < each; written += 1)
      writeSync(fd, number % 2 === 0 ? noise(random, MIB) : pages(random, words))
    closeSync(fd)
  }
}

/** Numbers in [0, 1), the same for the same seed. */
function generator(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

function vocabulary(random) {
  return Array.from({ length: 8000 }, () => {
    const length = 2 + Math.floor(random() * 8)
    return Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() ** 2 * 26))).join('')
  })
}

/** Few words are frequent and most are rare, as in any language. */
function text(random, words, length) {
  const parts = []
  for (let filled = 0; filled < length; ) {
    const word = words[Math.floor(random() ** 3 * words.length)]
    const part = random() < 0.08 ? `${word}.\r\n` : `${word} `
    parts.push(part)
    filled += part.length
  }
  return parts.join('').slice(0, length)
}

function mail(random, words, number) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const size = Math.min(MIB, Math.max(200, Math.round(4096 * Math.exp(normal))))
  const head = [
    `Message-ID: <${hex(random, 16)}.${number}@mail.example>`,
    `Date: Mon, ${1 + (number % 28)} Apr 2024 ${String(number % 24).padStart(2, '0')}:00:00 +0900`,
    `From: user${Math.floor(random() * 5000)}@mail.example`,
    `To: user${Math.floor(random() * 5000)}@mail.example`,
    `Subject: ${text(random, words, 30).trim()}`,
    'MIME-Version: 1.0',
    '',
    '',
  ].join('\r\n')
  const rest = Math.max(0, size - head.length)
  const body = random() < 0.1 ? noise(random, Math.ceil((rest * 3) / 4)).toString('base64') : text(random, words, rest)
  return head + body
}

/** Pages of 4 KiB that are filled to two thirds. */
function pages(random, words) {
  const out = Buffer.alloc(MIB)
  for (let at = 0; at < MIB; at += 4096) {
    out.writeUInt32BE(Math.floor(random() * 2 ** 32), at)
    out.write(text(random, words, 2700), at + 1392, 'latin1')
  }
  return out
}

function noise(random, length) {
  const out = Buffer.alloc(Math.ceil(length / 4) * 4)
  for (let at = 0; at < out.length; at += 4) out.writeUInt32LE(Math.floor(random() * 2 ** 32), at)
  return out.subarray(0, length)
}

function hex(random, digits) {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}
