import { parentPort, workerData } from 'node:worker_threads'
import { createReader, postAnswer, type ReaderRequest, type ReaderStart } from './core/archive/reader.ts'

/** Root of a reader's thread: answers one request after another until it is ended. */
if (parentPort === null) throw new Error('the archive reader runs as a worker thread only')
const port = parentPort
const read = createReader(workerData as ReaderStart)
port.on('message', (request: ReaderRequest) => postAnswer(read(request), port))
