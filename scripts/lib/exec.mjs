import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program to its end and returns `{ code, signal, stdout }`; `stdout` only when it is captured
 * (`capture: true`). stdin is closed and stdout goes to stderr unless `stdio` says otherwise.
 */
export function run(file, args, { capture = false, quiet = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdout = capture ? 'pipe' : process.stderr
    const child = spawn(file, args, { stdio: ['ignore', stdout, quiet ? 'ignore' : 'inherit'], ...options })
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout: text }))
  })
}

/**
 * Stands in for another program: inherits the terminal, passes the signals on, and ends as the child ended
 * (with its code, or with 128 + the signal's number).
 */
export function become(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', ...options })
    const handlers = forwarded.map((signal) => {
      const handler = () => {
        // Ctrl-C at a terminal reached the child already: twice would mean "at once" to it.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
      }
      process.on(signal, handler)
      return [signal, handler]
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      for (const [name, handler] of handlers) process.removeListener(name, handler)
      process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)
      resolve(process.exitCode)
    })
  })
}
