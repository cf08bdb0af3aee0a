import type { jaRestore } from '../ja/restore.ts'
import type { Translated } from '../ja.ts'

export const enRestore: Translated<typeof jaRestore> = {
  'restore.title': 'Restore',
  'restore.servers': 'Servers to restore',
  'restore.from': 'Archive',
  'restore.from-hint':
    'The path of the archive or the special file of its first volume, beginning with "/"; for several servers the folder that holds one set of archives.',
  'restore.path-wanted': 'Enter the path of the archive, beginning with "/".',
  'restore.look': 'Look',
  'restore.looking': 'Reading the archive',
  'restore.look-first': 'Choose [Look(I)] first.',
  'restore.go': 'Go On',
  'restore.plan': 'What the restore does',
  'restore.case-master-with-journal': 'Restore of the management server (with journal)',
  'restore.case-master-without-journal': 'Restore of all servers (without journal)',
  'restore.case-server': 'Restore of address or mail servers',
  'restore.archive': '{path} (backup of {time}, {size})',
  'restore.stops': 'Servers that stop',
  'restore.kept':
    'The data that is replaced is kept until an operator discards it. Journals and records of runs are not replaced.',

  'repair.title': 'Data Repair',
  'repair.servers': 'Servers that wait for repair',
  'repair.none': 'No server waits for repair.',
  'repair.looking': 'Looking into the journals and asking the servers.',
  'repair.button': 'Repair',
  'repair.facts': 'Data repair of {server}',
  'repair.position': 'Change number of the data',
  'repair.reaches': 'Change number after repair',
  'repair.replay': 'Records to replay',
  'repair.records': '{count} (changes {ranges})',
  'repair.nothing': 'None',
  'repair.gaps': 'Changes that nobody holds',
  'repair.unasked': 'Servers that do not answer',
  'repair.corrupt': 'Damaged record',
  'repair.corrupt-place': 'line {line} of {file}',
  'repair.loss': 'The registrations of these changes stand in no journal and on no server and will be lost: {ranges}',
  'repair.accept': 'I accept this loss',
  'repair.not-accepted': 'The loss has not been accepted.',
}
