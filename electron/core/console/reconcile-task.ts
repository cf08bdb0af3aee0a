import { entityWords } from '../../../shared/messages/entity-words.ts'
import type { Entity } from '../../../shared/model/entity.ts'
import type { NewerChoice, ReconcileProgress, ReconcileReport } from '../../../shared/model/reconcile.ts'
import type { Task } from '../../../shared/model/task.ts'
import type { Engine } from '../engine.ts'
import type { TaskContext, TaskResult } from './tasks.ts'

const phases: Readonly<Record<ReconcileProgress['phase'], { readonly ja: string; readonly en: string }>> = {
  'bring-back': { ja: 'マスタへ戻しています', en: 'Bringing back to the master' },
  send: { ja: '未送信の登録を送っています', en: 'Sending what waits' },
  compare: { ja: '内容を照合しています', en: 'Comparing contents' },
  records: { ja: '変更の記録を送っています', en: 'Sending the records of changes' },
}

/** 整合性確保 of one server as a console's task; what differed, or what only that server holds, becomes its lines. */
export async function reconcileTask(
  engine: Engine,
  host: string,
  newer: NewerChoice,
  { signal, progress }: TaskContext,
): Promise<TaskResult> {
  const report = await engine.replication.reconcile(host, {
    newer,
    operator: engine.owner.operator,
    signal,
    onProgress: ({ phase, done, total }) => progress({ done, total, current: phases[phase] }),
  })
  const { outcome, sent, compared, repaired, position } = report
  const counts = { sent, compared, mended: repaired.length, changeNumber: position.number }
  const receipt = outcome === 'newer' ? { newer: report.newer.length, changeNumber: position.number } : counts
  return { receipt, lines: linesOf(report) }
}

function linesOf({ outcome, repaired, newer, broughtBack }: ReconcileReport): Task['lines'] {
  if (outcome === 'newer') {
    return newer.map(({ number, after, before }) => {
      const entity = after ?? before
      return told(`${number}`, `${number}`, entity)
    })
  }
  return [
    ...broughtBack.map(({ entity, change, code }) =>
      code === null
        ? told('戻しました', 'brought back', entity ?? change.after)
        : told(`戻せません(${code})`, `not brought back (${code})`, change.after ?? change.before),
    ),
    ...repaired.map(({ action, entity }) =>
      action === 'put' ? told('修正', 'mended', entity) : told('削除', 'removed', entity),
    ),
  ]
}

function told(ja: string, en: string, entity: Entity | null): { ja: string; en: string } {
  if (entity === null) return { ja, en }
  const { kind, id, name } = entity
  return { ja: `${ja}: ${entityWords[kind].ja} ${id} ${name}`, en: `${en}: ${entityWords[kind].en} ${id} ${name}` }
}
