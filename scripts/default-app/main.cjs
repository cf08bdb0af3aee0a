/**
 * The program of a bare runtime: loads the folder or file that argv names, as the one that Electron ships does
 * (`electron [switches] [-r module]… path [arguments]`).
 */
const { existsSync, readFileSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const { app, dialog } = require('electron')

function readArguments(argv) {
  const preload = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]
    if (word === '-r' || word === '--require') preload.push(argv[++at])
    else if (word.startsWith('--require=')) preload.push(word.slice('--require='.length))
    else if (!word.startsWith('-')) return { preload, file: word }
  }
  return { preload, file: null }
}

function load(given) {
  const program = path.resolve(given)
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
  const manifestFile = path.join(program, 'package.json')
  if (existsSync(manifestFile)) {
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))
    if (manifest.version) app.setVersion(manifest.version)
    const name = manifest.productName ?? manifest.name
    if (name) app.name = name
    app.setAppPath(program)
  } else {
    app.setAppPath(path.dirname(program))
  }
  Module._load(Module._resolveFilename(program, null, true), null, true)
}

const { preload, file } = readArguments(process.argv.slice(1))
try {
  Module._preloadModules(preload)
  if (file === null) throw new Error('no program was named: electron [switches] path')
  load(file)
} catch (error) {
  process.stderr.write(`${error.stack}\n`)
  if (process.env.DISPLAY && !process.env.CI) dialog.showErrorBox('Electron', String(error.message))
  app.exit(1)
}
