import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { type Problem, ProblemError, toProblem } from '../../../shared/model/problem.ts'
import { orCancelled } from '../ports/left-behind.ts'
import type { Medium, MediumReader, OpenOptions } from '../ports/medium.ts'
import type { ArchiveAt, OpenSource } from './archive-source.ts'

/** How a thread reads what another one holds open: each request is answered by its number. */
export type RemotePlan = {
  readonly kind: 'remote'
  readonly path: string
  readonly size: number
  readonly port: MessagePort
}

type Request = { readonly id: number; readonly offset: number; readonly length: number }
type Answer = { readonly id: number; readonly bytes: Uint8Array } | { readonly id: number; readonly problem: Problem }

/**
 * Opens an archive wherever it stands for as long as `use` runs: a file by its path, as every reader can; anything else
 * (volumes on a special file) is held open here and read on request. A thread that reads it keeps what it was given, so each
 * further reader takes `another`, on the same open volumes; `mark`: see `MediumReader`. Throws what `Medium.open` throws.
 */
export async function withArchiveOn<Value>(
  medium: Medium,
  path: string,
  options: OpenOptions,
  use: (archive: ArchiveAt, another: () => ArchiveAt, mark: MediumReader['mark']) => Promise<Value>,
): Promise<Value> {
  const { signal } = options
  const reader = await orCancelled(medium.open(path, options), signal, (late) =>
    late.then((each) => each.close()).catch(() => undefined),
  )
  if (reader.plain) {
    await reader.close()
    return use(path, () => path, reader.mark)
  }
  const served = serve(reader)
  try {
    return await use(served.plan(), served.plan, reader.mark)
  } finally {
    await orCancelled(served.close().then(reader.close), signal)
  }
}

/** Answers for what other threads read, until `close`; the reader stays the caller's. */
export function serve(reader: MediumReader): { readonly plan: () => RemotePlan; readonly close: () => Promise<void> } {
  const ports: MessagePort[] = []
  let turn: Promise<void> = Promise.resolve()
  const answer = async ({ id, offset, length }: Request): Promise<Answer> => {
    try {
      return { id, bytes: await reader.readAt(offset, length) }
    } catch (thrown) {
      return { id, problem: toProblem(thrown) }
    }
  }
  const plan = (): RemotePlan => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1)
    // One after the other: each may need another volume.
    port1.on('message', (request: Request) => {
      turn = turn.then(async () => port1.postMessage(await answer(request)))
    })
    return { kind: 'remote', path: reader.path, size: reader.size, port: port2 }
  }
  const close = async () => {
    for (const port of ports) port.close()
    await turn
  }
  return { plan, close }
}

/** The reading side, in whichever thread has the port. */
export function remoteSource({ path, size, port }: RemotePlan): OpenSource {
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  const receive = (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  }
  port.on('message', receive)
  const readAt = async (offset: number, length: number): Promise<Buffer> => {
    last += 1
    const request: Request = { id: last, offset, length }
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(request.id, resolve)
      port.postMessage(request)
    })
    if ('problem' in answer) throw new ProblemError(answer.problem)
    const { buffer, byteOffset, byteLength } = answer.bytes
    return Buffer.from(buffer, byteOffset, byteLength)
  }
  // The port stays open, for the next reader of the plan; without a listener it keeps no thread alive.
  const close = async () => {
    port.off('message', receive)
    port.unref()
  }
  return { path, size, readAt, close }
}
