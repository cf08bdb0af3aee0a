import * as os from 'node:os'

/** Of the whole machine, in any unit. */
export function processorTimes(): { readonly idle: number; readonly all: number } {
  let idle = 0
  let all = 0
  for (const { times } of os.cpus()) {
    idle += times.idle
    all += times.user + times.nice + times.sys + times.irq + times.idle
  }
  return { idle, all }
}

export function countProcessors(): number {
  return os.availableParallelism?.() ?? os.cpus().length
}
