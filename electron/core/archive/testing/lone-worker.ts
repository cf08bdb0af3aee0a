import { parentPort, workerData } from 'node:worker_threads'
import { runWorkerTask, type WorkerStart } from '../worker-job.ts'

/** The archive's worker without threads of its own: it reads everything itself. */
void runWorkerTask(
  workerData as WorkerStart,
  () => performance.now(),
  (message) => parentPort?.postMessage(message),
)
