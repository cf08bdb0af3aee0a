import { readdirSync, readFileSync } from 'node:fs'

const closeOnExec = 0o2000000

/**
 * The open files (numbers from 3 on) that a program started now would inherit. Electron's browser process leaves over a
 * hundred so, sockets of its helpers among them: a service that outlives the console would keep those helpers, and
 * whatever they write to, alive. Empty where the system does not tell.
 */
function inheritedFiles(): readonly number[] {
  let names: string[]
  try {
    names = readdirSync('/proc/self/fd')
  } catch {
    return []
  }
  return names.map(Number).filter((fd) => fd > 2 && isInherited(fd))
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    // It was the listing's own, closed since.
    return false
  }
}

/** `spawn`'s stdio from 3 on: `nothing` (an open file that leads nowhere) in the place of each inherited file. */
export function coverInherited(nothing: number): ('ignore' | number)[] {
  const covered: ('ignore' | number)[] = []
  for (const fd of inheritedFiles()) {
    while (covered.length <= fd - 3) covered.push('ignore')
    covered[fd - 3] = nothing
  }
  return covered
}
