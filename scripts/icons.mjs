/**
 * Draws the program's icon as `assets/icons/<size>x<size>.png`: an operator's window with its bevels and, in it, a
 * steering wheel. Run by hand when the drawing changes; the pictures are committed.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { root } from './lib/paths.mjs'

const sizes = [16, 24, 32, 48, 64, 128, 256, 512]
const samples = 4
const colour = {
  face: [192, 196, 200],
  light: [245, 247, 249],
  dark: [96, 102, 110],
  title: [26, 62, 120],
  paper: [250, 250, 246],
  wheel: [38, 46, 58],
  lamp: [58, 170, 92],
}

const inBox = (x, y, left, top, right, bottom) => x >= left && x < right && y >= top && y < bottom

/** The colour at a point of the unit square, or null outside the drawing. */
function paint(x, y) {
  if (!inBox(x, y, 0.03, 0.06, 0.97, 0.94)) return null
  const wheel = paintWheel(x - 0.5, y - 0.595)
  if (inBox(x, y, 0.13, 0.29, 0.87, 0.87)) {
    if (wheel) return wheel
    if (inBox(x, y, 0.155, 0.315, 0.87, 0.87)) return colour.paper
    return colour.dark
  }
  if (inBox(x, y, 0.1, 0.12, 0.9, 0.24)) {
    const lamp = (x - 0.83) ** 2 + (y - 0.18) ** 2 < 0.035 ** 2
    return lamp ? colour.lamp : colour.title
  }
  if (x + y < 0.16 || x < 0.06 || y < 0.09) return colour.light
  if (x >= 0.94 || y >= 0.91) return colour.dark
  return colour.face
}

function paintWheel(x, y) {
  const radius = Math.hypot(x, y)
  const rim = radius < 0.245 && radius >= 0.185
  const hub = radius < 0.07
  const spoke = radius < 0.2 && ((Math.abs(y) < 0.025 && Math.abs(x) < 0.2) || (Math.abs(x) < 0.03 && y > 0))
  return rim || hub || spoke ? colour.wheel : null
}

function draw(size) {
  const rows = Buffer.alloc(size * (1 + size * 4))
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = row * (1 + size * 4) + 1 + column * 4
      rows.set(pixel(row, column, size), at)
    }
  }
  return png(size, rows)
}

function pixel(row, column, size) {
  const sum = [0, 0, 0]
  let covered = 0
  for (let sample = 0; sample < samples * samples; sample++) {
    const x = (column + ((sample % samples) + 0.5) / samples) / size
    const y = (row + (Math.floor(sample / samples) + 0.5) / samples) / size
    const found = paint(x, y)
    if (!found) continue
    covered++
    for (let channel = 0; channel < 3; channel++) sum[channel] += found[channel]
  }
  if (covered === 0) return [0, 0, 0, 0]
  return [...sum.map((value) => Math.round(value / covered)), Math.round((255 * covered) / samples ** 2)]
}

function png(size, rows) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

const folder = join(root, 'assets', 'icons')
mkdirSync(folder, { recursive: true })
for (const size of sizes) writeFileSync(join(folder, `${size}x${size}.png`), draw(size))
