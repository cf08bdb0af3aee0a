import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceCommands } from '../../../../shared/model/domain.ts'
import { processOf } from '../command/process-of.ts'

/** What a program can do instead of its work; `deaf`: the service itself does not hear SIGTERM. */
type Program = 'start' | 'stop' | 'status'
export type ScriptFault = `${Program} ${'hangs' | 'fails' | 'lies' | 'prints rubbish'}` | 'start hangs late' | 'deaf'

/** A service outside of this product: a shell script that starts, stops and tells of a process, as sites have them. */
export interface ScriptedService {
  readonly commands: ServiceCommands
  /** These, and no others, from now on. */
  fault(...wanted: readonly ScriptFault[]): void
  pid(): number | null
  /** How often that program ran since it was last asked. */
  calls(which: Program): number
  kill(): void
}

const script = `#!/bin/sh
verb=$1 dir=$2
has() { grep -qx "$1" "$dir/faults" 2>/dev/null; }
alive() {
  [ -s "$dir/pid" ] || return 1
  case "$(cut -d' ' -f3 "/proc/$(cat "$dir/pid")/stat" 2>/dev/null)" in ''|Z|X) return 1 ;; esac
}
hang() { trap '' TERM INT HUP; while :; do sleep 1; done; }
echo "$verb" >> "$dir/calls"
has "$verb hangs" && hang
if has "$verb fails"; then echo "no licence for $verb" >&2; exit 4; fi
if has "$verb prints rubbish"; then
  head -c 300000 /dev/urandom
  printf '{"kind":"result","exitCode":0}\\n'
  exit 42
fi
case $verb in
  start)
    has "start lies" && exit 0
    alive && exit 0
    setsid sh "$dir/daemon.sh" "$dir" < /dev/null &
    echo $! > "$dir/pid"
    has "start hangs late" && hang
    exit 0 ;;
  stop)
    has "stop lies" && exit 0
    alive || { rm -f "$dir/pid"; exit 0; }
    kill -TERM "$(cat "$dir/pid")"
    while alive; do sleep 0.05; done
    exit 0 ;;
  status)
    if has "status lies"; then alive && exit 3; exit 0; fi
    alive && exit 0
    [ -s "$dir/pid" ] && exit 1
    exit 3 ;;
esac
`
const daemon = `trap 'grep -qx deaf "$1/faults" 2>/dev/null || { rm -f "$1/pid"; exit 0; }' TERM
echo started
while :; do sleep 1 & wait $!; done
`

/** Makes one below this folder; it is down. */
export function makeScriptedService(folder: string): ScriptedService {
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'service.sh')
  writeFileSync(program, script)
  writeFileSync(join(folder, 'daemon.sh'), daemon)
  chmodSync(program, 0o700)
  const [faults, calls, pidFile] = [join(folder, 'faults'), join(folder, 'calls'), join(folder, 'pid')]
  const words = (verb: Program) => [program, verb, folder]
  const pid = () => processOf(pidFile)?.pid ?? null
  const counted = { start: 0, stop: 0, status: 0 }
  return {
    commands: { start: words('start'), stop: words('stop'), status: words('status'), pidFile },
    fault: (...wanted) => writeFileSync(faults, wanted.map((each) => `${each}\n`).join('')),
    pid,
    calls(which) {
      const all = existsSync(calls) ? readFileSync(calls, 'utf8').split('\n') : []
      const total = all.filter((line) => line === which).length
      const fresh = total - counted[which]
      counted[which] = total
      return fresh
    },
    kill() {
      rmSync(faults, { force: true })
      const found = pid()
      if (found !== null) process.kill(found, 'SIGKILL')
    },
  }
}
