import type { jaTasks } from '../ja/tasks.ts'
import type { Translated } from '../ja.ts'

export const enTasks: Translated<typeof jaTasks> = {
  'task.running': 'Running',
  'task.cancelling': 'Cancelling',
  'task.done': 'Done',
  'task.failed': 'Failed',
  'task.cancelled': 'Cancelled',
  'task.lines': 'Results',
}
