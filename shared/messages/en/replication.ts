import type { jaReplication } from '../ja/replication.ts'
import type { Translated } from '../ja.ts'

export const enReplication: Translated<typeof jaReplication> = {
  'reconcile.title': 'Reconcile',
  'reconcile.servers': 'Servers',
  'reconcile.button': 'Reconcile',
  'reconcile.bring-back': 'Bring Back to Master',
  'reconcile.overwrite': 'Overwrite from Master',
  'reconcile.newer':
    'Only this server holds some registrations. Nothing was overwritten. Choose whether they go back to the master or are overwritten.',
  'reconcile.bring-back-question': 'Register again on the master what only {server} holds?',
  'reconcile.bring-back-effect': 'Then the server is reconciled. What could not be registered again is listed.',
  'reconcile.overwrite-question': 'Give up what only {server} holds?',
  'reconcile.overwrite-effect': "The registrations in the list are lost; the master's contents take their place.",

  'replication.complete': 'Complete',
  'replication.processing': 'Processing',
  'replication.waits': 'Records waiting',
  'replication.waiting': '{count} waiting',
  'replication.unreachable': 'No answer',
  'replication.diverged': 'Diverged',
  'replication.newer': 'Newer than master',
  'replication.repair-pending': 'Repair pending',

  'column.waiting': 'Not sent',
  'column.applied': 'Applied change',
  'column.heard': 'Last heard',

  'system.journal-closed': '{server} takes no registration: a journal is damaged. Data repair opens it. {text}',
  'system.journal-doubtful':
    'A file beside a journal of {server} is damaged. No record is lost; data repair makes it anew.',
  'system.repair-pending': '{server} waits for data repair; nothing can be registered there before.',
  'system.fault': 'The registration management failed; reconcile the servers. ({server}: {state}, {count} not sent)',
}
