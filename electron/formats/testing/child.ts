import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

/** Makes a program for a child process out of a few lines of TypeScript; `@/` in its imports is the checkout. */
export async function bundleChild(folder: string, source: string): Promise<string> {
  const entry = join(folder, 'child.ts')
  writeFileSync(entry, source)
  await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    resolve: { alias: { '@': resolve('.') } },
    ssr: { noExternal: true, external: ['fs-native-extensions'] },
    build: {
      ssr: entry,
      outDir: join(folder, 'out'),
      minify: false,
      target: 'node18.15',
      rolldownOptions: { output: { format: 'cjs', entryFileNames: 'child.cjs' } },
    },
  })
  return join(folder, 'out', 'child.cjs')
}

export type Child = {
  readonly process: ChildProcess
  /** What it wrote to its standard output, and how it ended: an exit code or a signal's name. */
  readonly ended: Promise<{ readonly output: string; readonly end: number | string }>
  /** Resolves with its first line, or with what it wrote until it ended. */
  readonly firstLine: Promise<string>
}

/** Starts a program from `bundleChild`. Its standard error is this process's. */
export function startChild(program: string, args: readonly string[]): Child {
  const env = { ...process.env, NODE_PATH: resolve('node_modules') }
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  const firstLine = new Promise<string>((found) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('\n')) found(output.slice(0, output.indexOf('\n')))
    })
    child.on('close', () => found(output))
  })
  const ended = new Promise<{ output: string; end: number | string }>((found, failed) => {
    child.on('error', failed)
    child.on('close', (code, signal) => found({ output, end: signal ?? code ?? 'unknown' }))
  })
  return { process: child, ended, firstLine }
}

/**
 * For the top of a child's source: kills the process with SIGKILL right before its n-th call that changes the disk,
 * n being its last argument; 0 never kills.
 */
export const killPoint = `
const fs = require('node:fs')
let left = Number(process.argv.at(-1))
for (const name of ['mkdirSync', 'openSync', 'writeFileSync', 'writeSync', 'fsyncSync', 'ftruncateSync', 'renameSync', 'rmSync', 'rmdirSync']) {
  const real = fs[name]
  fs[name] = (...args) => {
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    return real(...args)
  }
}
`
