import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { runWorkerTask, type WorkerStart } from './core/archive/worker-job.ts'

/** Root of the archive's worker thread: reads the clock and hands the task on. */
if (parentPort === null) throw new Error('the archive worker runs as a worker thread only')
const port = parentPort
void runWorkerTask(
  workerData as WorkerStart,
  () => performance.now(),
  (message) => port.postMessage(message),
  join(__dirname, 'archive-reader.cjs'),
)
