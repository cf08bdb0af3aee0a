import type { jaHistory } from '../ja/history.ts'
import type { Translated } from '../ja.ts'

export const enHistory: Translated<typeof jaHistory> = {
  'history.list': 'Runs',
  'history.detail': 'Details',
  'history.choose': 'Choose a run in the list to see its details here.',
  'history.filter': 'Filter',
  'history.server': 'Server',
  'history.runbook': 'Procedure',
  'history.outcome': 'Result',
  'history.text': 'Text',
  'history.text-hint': 'Part of an operator or of an archive path',
  'history.any': 'All',
  'history.count': '{shown} of {total}',
  'history.unfinished': 'Not finished',
  'history.unreadable': 'Unreadable record',
  'history.id': 'Run',
  'history.by': 'Operator',
  'history.from': 'Began',
  'history.to': 'Ended',
  'history.services': 'Outage per service',
  'history.service-down': 'still down',
  'history.warnings': 'Warnings',
  'history.problem': 'Cause of the failure',

  'column.started': 'Began',
  'column.run-server': 'Server',
  'column.runbook': 'Procedure',
  'column.owner': 'Operator',
  'column.outcome': 'Result',
  'column.outage': 'Outage',
  'column.archive': 'Archive',
  'column.service': 'Service',

  'backups.last': 'Last backup: {server} {time}',
  'backups.changes': '{count} changes not saved',
  'backups.none': 'Last backup: {server} none',
}
