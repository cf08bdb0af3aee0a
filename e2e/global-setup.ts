import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '..')

/** Resolves the Electron runtime and, on Linux, starts a display of its own; returns what ends that display. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  mkdirSync(join(root, 'e2e', 'output'), { recursive: true })
  const resolver = join(root, 'scripts', 'electron-runtime.mjs')
  const dist = execFileSync(process.execPath, [resolver], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim()
  process.env.ELECTRON_OVERRIDE_DIST_PATH = dist
  process.stdout.write(`Electron ${runtimeVersion(dist)}\n`)
  return process.platform === 'linux' ? startDisplay() : async () => {}
}

function runtimeVersion(dist: string): string {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  const ask = 'process.versions.electron + " (Node " + process.versions.node + ")"'
  return execFileSync(join(dist, 'electron'), ['-p', ask], { encoding: 'utf8', env }).trim()
}

async function startDisplay(): Promise<() => Promise<void>> {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const exited = once(server, 'exit')
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
    server.stdio[3]?.once('data', (data: Buffer) => resolve(data.toString('latin1').trim()))
  })
  process.env.DISPLAY = `:${number}`
  delete process.env.WAYLAND_DISPLAY
  return async () => {
    server.kill()
    await exited
  }
}
