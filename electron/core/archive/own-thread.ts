import { Worker, type WorkerOptions } from 'node:worker_threads'

/** A thread's first message: its machine code is loaded. */
export const LOADED = { kind: 'loaded' } as const

export type OwnThread = {
  readonly worker: Worker
  /** Ends it, wherever it is; resolves when it is gone. */
  readonly end: () => Promise<void>
}

/**
 * A thread that can be ended at any moment. Machine code that is being loaded calls JavaScript, which a thread that is
 * ending refuses; its loader takes that as fatal for the whole process. So the end waits until the thread says `LOADED`, or
 * is gone. `onMessage` is told all that it says after that.
 */
export function startOwnThread<Message>(
  path: string,
  options: WorkerOptions,
  onMessage: (message: Message) => void,
): OwnThread {
  const worker = new Worker(path, options)
  const loaded = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
    worker.once('message', () => {
      worker.on('message', onMessage)
      resolve()
    })
  })
  return {
    worker,
    end: async () => {
      await loaded
      await worker.terminate()
    },
  }
}
