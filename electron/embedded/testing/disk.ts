import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * A disk that forgets: what files and folders hold now, and what of it a power failure would leave, going by the syncs alone.
 * A file keeps what its last sync found, a name what the last sync of its folder found.
 */
export type Disk = {
  /** Carries out one traced call; false when it concerns nothing that is watched. */
  apply(call: DiskCall): boolean
  /** Writes what would be left below `folder`, each file under its whole path. */
  leave(folder: string): void
}

export type DiskCall = { readonly name: string; readonly text: string }

type File = { readonly kind: 'file'; now: Buffer; kept: Buffer }
type Folder = { readonly kind: 'folder'; readonly now: Map<string, Node>; readonly kept: Map<string, Node> }
type Node = File | Folder

/** Takes folders in as they stand, all of it durable; each call of the answer is a disk in that state. */
export function rememberDisk(watched: readonly string[]): () => Disk {
  const taken = watched.map((path) => [path, load(path)] as const)
  return () => createDisk(new Map(taken.map(([path, node]) => [path, copyOf(node)] as const)))
}

function copyOf(node: Node): Node {
  if (node.kind === 'file') return { ...node }
  const entries = [...node.now].map(([name, child]) => [name, copyOf(child)] as const)
  return { kind: 'folder', now: new Map(entries), kept: new Map(entries) }
}

function createDisk(roots: ReadonlyMap<string, Node>): Disk {
  const find = (path: string): Node | undefined => {
    for (const [root, folder] of roots) {
      if (path === root) return folder
      if (!path.startsWith(`${root}/`)) continue
      let node: Node | undefined = folder
      for (const name of path.slice(root.length + 1).split('/')) {
        node = node?.kind === 'folder' ? node.now.get(name) : undefined
      }
      return node
    }
    return undefined
  }
  const parent = (path: string): Folder | undefined => {
    const node = find(dirname(path))
    return node?.kind === 'folder' ? node : undefined
  }
  const fileAt = (path: string): File | undefined => {
    const node = find(path)
    return node?.kind === 'file' ? node : undefined
  }
  const put = (file: File, bytes: Buffer, at: number): void => {
    const grown = Buffer.alloc(Math.max(file.now.length, at + bytes.length))
    file.now.copy(grown)
    bytes.copy(grown, at)
    file.now = grown
  }

  const apply = ({ name, text }: DiskCall): boolean => {
    const strings = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((one) => bytesOf(one[1] ?? ''))
    const path = (index: number) => (strings[index] ?? Buffer.alloc(0)).toString('utf8')
    const target = bytesOf(/^\w+\(\d+<([^>]*)>/.exec(text)?.[1] ?? '').toString('utf8')
    if (/ = -1 /.test(text)) return false
    switch (name) {
      case 'open':
      case 'openat': {
        const folder = parent(path(0))
        if (folder === undefined || !/O_CREAT|O_TRUNC/.test(text)) return false
        const known = fileAt(path(0))
        if (known === undefined) folder.now.set(basename(path(0)), emptyFile())
        else if (/O_TRUNC/.test(text)) known.now = Buffer.alloc(0)
        return true
      }
      case 'write':
      case 'pwrite64': {
        const file = fileAt(target)
        const [bytes] = strings
        if (file === undefined || bytes === undefined) return false
        const offset = name === 'write' ? file.now.length : Number(/, (\d+)\)\s+= /.exec(text)?.[1])
        put(file, bytes, offset)
        return true
      }
      case 'ftruncate': {
        const file = fileAt(target)
        if (file === undefined) return false
        const length = Number(/, (\d+)\)/.exec(text)?.[1])
        file.now = Buffer.concat([file.now.subarray(0, length), Buffer.alloc(Math.max(0, length - file.now.length))])
        return true
      }
      case 'fsync':
      case 'fdatasync': {
        const node = find(target)
        if (node === undefined) return false
        if (node.kind === 'file') node.kept = Buffer.from(node.now)
        else {
          node.kept.clear()
          for (const [key, value] of node.now) node.kept.set(key, value)
        }
        return true
      }
      case 'mkdir':
        return (
          parent(path(0))?.now.set(basename(path(0)), { kind: 'folder', now: new Map(), kept: new Map() }) !== undefined
        )
      case 'unlink':
      case 'rmdir':
        return parent(path(0))?.now.delete(basename(path(0))) === true
      case 'rename': {
        const node = find(path(0))
        const [from, to] = [parent(path(0)), parent(path(1))]
        if (node === undefined || from === undefined || to === undefined) return false
        from.now.delete(basename(path(0)))
        to.now.set(basename(path(1)), node)
        return true
      }
      default:
        return false
    }
  }

  return {
    apply,
    leave: (folder) => {
      for (const [root, node] of roots) write(join(folder, root), node)
    },
  }
}

const emptyFile = (): File => ({ kind: 'file', now: Buffer.alloc(0), kept: Buffer.alloc(0) })

function bytesOf(text: string): Buffer {
  return text.startsWith('\\x') ? Buffer.from(text.replaceAll('\\x', ''), 'hex') : Buffer.from(text)
}

function load(path: string): Node {
  if (!statSync(path).isDirectory()) {
    const bytes = readFileSync(path)
    return { kind: 'file', now: bytes, kept: bytes }
  }
  const entries = readdirSync(path).map((name) => [name, load(join(path, name))] as const)
  return { kind: 'folder', now: new Map(entries), kept: new Map(entries) }
}

function write(path: string, node: Node): void {
  if (node.kind === 'file') {
    writeFileSync(path, node.kept)
    return
  }
  mkdirSync(path, { recursive: true })
  for (const [name, child] of node.kept) write(join(path, name), child)
}
