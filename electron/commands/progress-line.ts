import type { Progress } from '../../shared/model/progress.ts'
import type { CommandContext } from './context.ts'
import { bytesText } from './units.ts'

/** Progress on stderr: redrawn on one line in a terminal, nothing elsewhere (a log is no place for it). */
export interface ProgressLine {
  show(progress: Progress): void
  clear(): void
}

export function progressLine(context: CommandContext): ProgressLine {
  let drawn = false
  return {
    show(progress) {
      if (!context.stderrIsTerminal) return
      const { bytesDone, bytesTotal, rate, remainingMs } = progress
      const percent = bytesTotal > 0 ? Math.floor((100 * bytesDone) / bytesTotal) : 0
      const words = [`${percent} %`, `${bytesText(bytesDone)} / ${bytesText(bytesTotal)}`]
      if (rate !== null) words.push(`${bytesText(rate)}/s`)
      if (remainingMs !== null) words.push(`${Math.ceil(remainingMs / 1000)} s`)
      context.stderr(`\r\u001b[K${progress.phase}  ${words.join('  ')}`)
      drawn = true
    },
    clear() {
      if (drawn) context.stderr('\r\u001b[K')
      drawn = false
    },
  }
}
