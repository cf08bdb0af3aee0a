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
      const { phase, bytesDone, bytesTotal, membersDone, membersTotal, rate, remainingMs } = progress
      const [done, total] = phase === 'repair' ? [membersDone, membersTotal] : [bytesDone, bytesTotal]
      const percent = total > 0 ? Math.floor((100 * done) / total) : 0
      const amount = phase === 'repair' ? `${done} / ${total}` : `${bytesText(done)} / ${bytesText(total)}`
      const words = [`${percent} %`, amount]
      if (rate !== null) words.push(`${bytesText(rate)}/s`)
      if (remainingMs !== null) words.push(`${Math.ceil(remainingMs / 1000)} s`)
      context.stderr(`\r\u001b[K${phase}  ${words.join('  ')}`)
      drawn = true
    },
    clear() {
      if (drawn) context.stderr('\r\u001b[K')
      drawn = false
    },
  }
}
