/**
 * A filesystem of one folder, served through /dev/fuse (descriptor 3; linux/include/uapi/linux/fuse.h, protocol 7), that fails
 * as it is told: a line of JSON on standard input is the list of faults from then on, answered by `told` on
 * standard output, where each operation that hangs is told as well.
 * Content lies in files below argv[2]. In a process of its own, because who writes to it is kept waiting by the system.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, read, readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const device = 3
const backing = process.argv[2]
const capacity = Number(process.argv[3])
const MAX_WRITE = 128 * 1024
const nodes = new Map([[1, { id: 1, folder: true, mode: 0o40755, links: 2 }]])
const names = new Map()
let lastNode = 1
/** {on, name?, afterBytes?, error?, delayMs?, bytesPerSecond?, most?, hang?}: the first that fits an operation counts. */
let faults = []
let busyUntil = 0
/** What hangs: the disk takes it up again once it is told anything. */
const hanging = []

createInterface({ input: process.stdin }).on('line', (line) => {
  faults = JSON.parse(line).map((fault) => ({ ...fault, seen: 0 }))
  for (const act of hanging.splice(0)) act()
  process.stdout.write('told\n')
})
process.stdin.on('end', () => process.exit(0))

const operations = {
  1: ['lookup', (_, body) => entryOf(named(text(body)))],
  2: ['forget', null],
  3: ['getattr', (node) => attributesOf(node)],
  4: ['setattr', setAttributes],
  10: ['unlink', (_, body) => drop(text(body))],
  12: ['rename', (_, body) => rename(body, 8)],
  13: ['link', (_, body) => link(nodes.get(Number(body.readBigUInt64LE(0))), text(body, 8))],
  14: ['open', () => opened()],
  15: ['read', readFrom],
  16: ['write', writeTo],
  17: ['statfs', () => statistics()],
  18: ['release', () => Buffer.alloc(0)],
  20: ['fsync', () => Buffer.alloc(0)],
  25: ['flush', () => Buffer.alloc(0)],
  27: ['opendir', () => opened()],
  28: ['readdir', (_, body) => readFolder(Number(body.readBigUInt64LE(8)), body.readUInt32LE(16))],
  29: ['releasedir', () => Buffer.alloc(0)],
  30: ['fsyncdir', () => Buffer.alloc(0)],
  35: ['create', (_, body) => create(text(body, 16), body.readUInt32LE(4))],
  45: ['rename', (_, body) => rename(body, 16)],
}

class Refused extends Error {
  constructor(code) {
    super(code)
    this.code = code
  }
}

function text(body, from = 0) {
  return body.toString('utf8', from, body.indexOf(0, from))
}

function named(name) {
  const node = names.get(name)
  if (node === undefined) throw new Refused('ENOENT')
  return node
}

function create(name, mode) {
  if (names.has(name)) throw new Refused('EEXIST')
  lastNode += 1
  const fd = openSync(join(backing, String(lastNode)), 'w+')
  const node = { id: lastNode, folder: false, mode: 0o100000 | (mode & 0o7777), links: 1, fd }
  nodes.set(node.id, node)
  names.set(name, node)
  return Buffer.concat([entryOf(node), opened()])
}

function link(node, name) {
  if (names.has(name)) throw new Refused('EEXIST')
  names.set(name, node)
  node.links += 1
  return entryOf(node)
}

function drop(name) {
  named(name).links -= 1
  names.delete(name)
  return Buffer.alloc(0)
}

function rename(body, at) {
  const from = text(body, at)
  const to = text(body, at + Buffer.byteLength(from) + 1)
  const node = named(from)
  if (names.has(to)) drop(to)
  names.delete(from)
  names.set(to, node)
  return Buffer.alloc(0)
}

function setAttributes(node, body) {
  const valid = body.readUInt32LE(0)
  if (valid & 8) ftruncateSync(node.fd, Number(body.readBigUInt64LE(16)))
  if (valid & 1) node.mode = (node.mode & 0o170000) | (body.readUInt32LE(68) & 0o7777)
  return attributesOf(node)
}

function readFrom(node, body) {
  const out = Buffer.alloc(body.readUInt32LE(16))
  return out.subarray(0, readSync(node.fd, out, 0, out.length, Number(body.readBigUInt64LE(8))))
}

function writeTo(node, body, { most = Number.POSITIVE_INFINITY }) {
  const length = Math.min(body.readUInt32LE(16), most)
  const out = Buffer.alloc(8)
  out.writeUInt32LE(writeSync(node.fd, body, 40, length, Number(body.readBigUInt64LE(8))), 0)
  return out
}

function readFolder(from, room) {
  const rows = []
  let filled = 0
  const all = [...names].map(([name, { id }]) => ({ name: Buffer.from(name), id }))
  for (let at = from; at < all.length; at += 1) {
    const { name, id } = all[at]
    const row = Buffer.alloc(Math.ceil((24 + name.length) / 8) * 8)
    if (filled + row.length > room) break
    row.writeBigUInt64LE(BigInt(id), 0)
    row.writeBigUInt64LE(BigInt(at + 1), 8)
    row.writeUInt32LE(name.length, 16)
    row.writeUInt32LE(8, 20)
    name.copy(row, 24)
    rows.push(row)
    filled += row.length
  }
  return Buffer.concat(rows)
}

/** Nothing may be remembered: faults come and go. */
function opened() {
  return Buffer.alloc(16)
}

function entryOf(node) {
  const out = Buffer.alloc(40)
  out.writeBigUInt64LE(BigInt(node.id), 0)
  return Buffer.concat([out, attributes(node)])
}

function attributesOf(node) {
  return Buffer.concat([Buffer.alloc(16), attributes(node)])
}

function attributes(node) {
  const out = Buffer.alloc(88)
  const about = node.folder ? { size: 0, blocks: 0, mtimeMs: 0 } : fstatSync(node.fd)
  out.writeBigUInt64LE(BigInt(node.id), 0)
  out.writeBigUInt64LE(BigInt(about.size), 8)
  out.writeBigUInt64LE(BigInt(about.blocks), 16)
  out.writeBigUInt64LE(BigInt(Math.floor(about.mtimeMs / 1000)), 32)
  out.writeUInt32LE(node.mode, 60)
  out.writeUInt32LE(node.links, 64)
  out.writeUInt32LE(4096, 80)
  return out
}

function statistics() {
  const out = Buffer.alloc(80)
  const blocks = BigInt(Math.floor(capacity / 4096))
  for (const at of [0, 8, 16]) out.writeBigUInt64LE(blocks, at)
  out.writeUInt32LE(4096, 40)
  out.writeUInt32LE(255, 44)
  out.writeUInt32LE(4096, 48)
  return out
}

function begin(body) {
  const out = Buffer.alloc(64)
  out.writeUInt32LE(7, 0)
  out.writeUInt32LE(31, 4)
  out.writeUInt32LE(body.readUInt32LE(8), 8)
  // FUSE_BIG_WRITES
  out.writeUInt32LE(1 << 5, 12)
  out.writeUInt16LE(12, 16)
  out.writeUInt16LE(10, 18)
  out.writeUInt32LE(MAX_WRITE, 20)
  out.writeUInt32LE(1, 24)
  return out
}

function namesOf(node) {
  return [...names].filter(([, each]) => each === node).map(([name]) => name)
}

/** The fault that an operation meets, once as many bytes were written as it lets through. */
function faultOf(operation, node, body) {
  const own = operation === 'unlink' ? [text(body)] : namesOf(node)
  const bytes = operation === 'write' ? body.readUInt32LE(16) : 0
  for (const fault of faults) {
    if (fault.on !== operation) continue
    if (fault.name !== undefined && !own.some((name) => name.endsWith(fault.name))) continue
    fault.seen += bytes
    if (fault.seen > (fault.afterBytes ?? -1)) return fault
  }
  return null
}

function waitOf(fault, operation, body) {
  const pace = fault.bytesPerSecond
  if (pace === undefined) return fault.delayMs ?? 0
  const bytes = body.readUInt32LE(operation === 'write' || operation === 'read' ? 16 : 0)
  busyUntil = Math.max(busyUntil, performance.now()) + (bytes * 1000) / pace
  return busyUntil - performance.now()
}

function answer(unique, error, body = Buffer.alloc(0)) {
  const out = Buffer.concat([Buffer.alloc(16), error === 0 ? body : Buffer.alloc(0)])
  out.writeUInt32LE(out.length, 0)
  out.writeInt32LE(-error, 4)
  out.writeBigUInt64LE(unique, 8)
  try {
    writeSync(device, out)
  } catch (thrown) {
    // Who asked was interrupted, or is gone.
    if (!['ENOENT', 'EINVAL', 'ENODEV'].includes(thrown.code)) throw thrown
  }
}

function perform(opcode, unique, node, body) {
  const [operation, work] = operations[opcode] ?? []
  if (operation === undefined) return answer(unique, constants.errno.ENOSYS)
  if (work === null) return
  const fault = faultOf(operation, node, body)
  const act = () => {
    try {
      if (fault?.error !== undefined) throw new Refused(fault.error)
      answer(unique, 0, work(node, body, fault ?? {}))
    } catch (thrown) {
      answer(unique, constants.errno[thrown.code] ?? constants.errno.EIO)
    }
  }
  if (fault?.hang === true) {
    process.stdout.write(`hangs ${operation} ${namesOf(node).join(' ')}\n`)
    return hanging.push(act)
  }
  const wait = fault === null ? 0 : waitOf(fault, operation, body)
  if (wait > 0) setTimeout(act, wait)
  else act()
}

function serve() {
  const room = Buffer.alloc(MAX_WRITE + 65_536)
  read(device, room, 0, room.length, null, (failure, length) => {
    // ENODEV: unmounted.
    if (failure !== null && failure.code !== 'EINTR' && failure.code !== 'ENOENT') return end()
    if (failure === null) {
      const [opcode, unique, id] = [room.readUInt32LE(4), room.readBigUInt64LE(8), Number(room.readBigUInt64LE(16))]
      const body = Buffer.from(room.subarray(40, length))
      if (opcode === 26) answer(unique, 0, begin(body))
      else if (opcode === 38) return end()
      // FUSE_INTERRUPT: what hangs goes on hanging, as a disk does.
      else if (opcode !== 36) perform(opcode, unique, nodes.get(id), body)
    }
    serve()
  })
}

function end() {
  for (const { fd } of nodes.values()) if (fd !== undefined) closeSync(fd)
  process.exit(0)
}

serve()
