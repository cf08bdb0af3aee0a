import { parentPort, workerData } from 'node:worker_threads'
import { LOADED } from './core/archive/own-thread.ts'
import type { PartStart } from './core/archive/parts/part.ts'
import { createReader, postAnswer, type ReaderRequest, type ReaderStart } from './core/archive/reader.ts'

/**
 * Root of a reader's thread: of what is to be archived, answering one request after another until it is ended; or of an
 * archive's parts, until there are none left.
 */
if (parentPort === null) throw new Error('the archive reader runs as a worker thread only')
const port = parentPort
const start = workerData as ReaderStart | PartStart
if ('kind' in start)
  void import('./core/archive/parts/check-parts.ts').then(({ checkParts, loadMachineCode }) => {
    loadMachineCode()
    port.postMessage(LOADED)
    return checkParts(start, (message) => port.postMessage(message))
  })
else {
  const read = createReader(start)
  port.postMessage(LOADED)
  port.on('message', (request: ReaderRequest) => postAnswer(read(request), port))
}
