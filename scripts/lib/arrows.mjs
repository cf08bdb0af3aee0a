import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path/posix'

/**
 * The rooms of the house and the arrows between them (ARCHITECTURE, "The house"). The first room whose `match` fits a
 * path is the file's. `to` names the rooms it may import from beside its own; `packages` the bare packages (a `node:`
 * built-in is `node`); `any` lifts the limit on packages; `typesTo` names rooms from which types alone may come.
 */
const rooms = [
  { name: 'zod-door', match: /^shared\/zod\.ts$/, to: [], packages: ['zod'] },
  { name: 'shared', match: /^shared\//, to: ['zod-door'], packages: [] },
  { name: 'preload', match: /^electron\/preload\.ts$/, to: [], typesTo: ['shared'], packages: ['electron'] },
  {
    name: 'main',
    match: /^electron\/main\.ts$/,
    to: ['compose', 'shell', 'commands', 'shared', 'zod-door'],
    packages: ['electron', 'node'],
  },
  { name: 'cli', match: /^electron\/cli\.ts$/, to: ['compose', 'commands', 'shared', 'zod-door'], packages: ['node'] },
  {
    name: 'service',
    match: /^electron\/service\.ts$/,
    to: ['embedded', 'adapters', 'formats', 'shared', 'zod-door'],
    packages: ['node'],
  },
  {
    name: 'archive-worker',
    match: /^electron\/archive-(worker|reader)\.ts$/,
    to: ['core', 'shared'],
    packages: ['node'],
  },
  {
    name: 'compose',
    match: /^electron\/compose(\/.*)?(\.ts|$)/,
    to: ['adapters', 'core', 'formats', 'sample', 'shared', 'zod-door'],
    packages: ['node'],
  },
  {
    name: 'commands',
    match: /^electron\/commands\//,
    to: ['core', 'shared', 'zod-door'],
    packages: ['node', 'commander', 'string-width'],
  },
  { name: 'shell', match: /^electron\/shell\//, to: ['core', 'shared', 'zod-door'], packages: ['electron', 'node'] },
  { name: 'core', match: /^electron\/core\//, to: ['formats', 'shared', 'zod-door'], any: true },
  { name: 'formats', match: /^electron\/formats\//, to: ['shared', 'zod-door'], any: true },
  { name: 'wire', match: /^electron\/wire\//, to: ['shared', 'zod-door'], packages: ['node'] },
  {
    name: 'adapters',
    match: /^electron\/adapters\//,
    to: ['ports', 'formats', 'shared', 'wire', 'zod-door'],
    any: true,
  },
  {
    name: 'sample',
    match: /^electron\/embedded\/sample\//,
    to: ['embedded', 'formats', 'shared', 'wire', 'zod-door'],
    any: true,
  },
  { name: 'embedded', match: /^electron\/embedded\//, to: ['formats', 'shared', 'wire', 'zod-door'], any: true },
  { name: 'renderer', match: /^renderer\//, to: ['shared', 'zod-door'], any: true },
  {
    name: 'bench-main',
    match: /^e2e\/bench\/responsive-main\.ts$/,
    to: ['bench'],
    packages: ['electron', 'node'],
  },
  {
    name: 'bench',
    match: /^e2e\/bench\//,
    to: ['core', 'adapters', 'ports', 'shared', 'zod-door'],
    any: true,
  },
  { name: 'e2e', match: /^e2e\//, to: ['shared', 'zod-door'], any: true },
  { name: 'config', match: /^[^/]+\.config\.m?ts$/, to: [], any: true },
]

/** A part of core that adapters may see. */
const portsFolder = /^electron\/core\/ports\//
/** Everything, in every room, that only some rooms may name. */
const reserved = { electron: ['main', 'preload', 'shell', 'bench-main'], zod: ['zod-door'] }
/** Rooms that run in a browser: Node's built-ins would fail there only at run time. */
const browserRooms = new Set(['renderer', 'shared', 'zod-door', 'preload'])
const testFile = /(\.test|\.property\.test|\.spec)\.tsx?$|\/(testing|test-kit)\//
const styleFile = /\.(css|svg|png|woff2)$/

/** The room of a path relative to the root, or null. */
export function roomOf(path) {
  return rooms.find((room) => room.match.test(path))?.name ?? null
}

/**
 * Judges every import of every file. `files`: `[{ path, imports: [{ name, typeOnly, line }] }]`, paths relative to the
 * root with `/`; `exists(path)` tells whether a file is there. Returns the violations as text, `path:line: why`.
 */
export function judge(files, exists) {
  const violations = []
  for (const file of files) {
    const room = rooms.find((candidate) => candidate.match.test(file.path))
    if (!room) {
      violations.push(`${file.path}:1: belongs to no known room`)
      continue
    }
    for (const given of file.imports) {
      const why = testFile.test(file.path)
        ? judgeTest(file, room, given, exists)
        : judgeImport(file, room, given, exists)
      if (why) violations.push(`${file.path}:${given.line}: ${why}`)
    }
  }
  return violations
}

function judgeImport(file, room, given, exists) {
  if (given.name === null) return 'imports what cannot be told before it runs'
  if (!given.name.startsWith('.')) return judgePackage(room, given.name)
  const target = normalize(join(dirname(file.path), given.name.replace(/\?.*$/, '')))
  if (!exists(target)) return `${given.name} is not there (extensions are written out)`
  if (styleFile.test(target)) return room.name === 'renderer' ? null : `${target} is for the renderer`
  if (target === 'package.json') return null
  if (testFile.test(target)) return `${target} is for tests`
  const targetRoom = roomOf(target)
  if (targetRoom === room.name || room.to.includes(targetRoom)) return null
  if (room.to.includes('ports') && portsFolder.test(target)) return null
  if (given.typeOnly && room.typesTo?.includes(targetRoom)) return null
  return `${room.name} may not import ${targetRoom ?? 'what lies in no room'} (${target})`
}

function judgePackage(room, name) {
  if (browserRooms.has(room.name) && isBuiltin(name)) return `${room.name} may not import ${name}`
  const bare = isBuiltin(name) ? 'node' : name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  const keepers = reserved[bare]
  if (keepers && !keepers.includes(room.name)) return `only ${keepers.join(', ')} may import ${bare}`
  if (room.any || room.packages.includes(bare)) return null
  return `${room.name} may not import the package ${bare}`
}

/** Tests may reach for anything, but the two sides of the house stay apart. */
function judgeTest(file, room, given, exists) {
  if (given.name === null) return null
  if (!given.name.startsWith('.')) {
    return room.name === 'renderer' && given.name === 'electron' ? 'renderer may not import electron' : null
  }
  const target = normalize(join(dirname(file.path), given.name.replace(/\?.*$/, '')))
  if (!exists(target)) return `${given.name} is not there (extensions are written out)`
  const crosses = (from, to) => file.path.startsWith(from) && target.startsWith(to)
  if (crosses('renderer/', 'electron/') || crosses('electron/', 'renderer/')) {
    return `${file.path.split('/')[0]} and ${target.split('/')[0]} stay apart, in tests too`
  }
  return null
}
