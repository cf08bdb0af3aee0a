import type { jaDatabase } from '../ja/database.ts'
import type { Translated } from '../ja.ts'

export const enDatabase: Translated<typeof jaDatabase> = {
  'database.hierarchy': 'Hierarchy',
  'database.organizations': 'Organizations',
  'database.users': 'Users',
  'database.top': 'Top organizations',
  'database.counts': '{users} users, {organizations} organizations',
  'database.selected': '{count}',
  'database.registered': '{name} ({id}) was registered. Change number {number}',

  'column.organization-id': 'ID',
  'column.organization-name': 'Organization',
  'column.user-id': 'User ID',
  'column.user-name': 'Name',
  'column.mail-server': 'Server',
  'column.organization': 'Organization',

  'register.button': 'Register',
  'register.title': 'Register',
  'register.kind': 'Kind',
  'register.user': 'User',
  'register.organization': 'Organization',
  'register.user-name': 'Name',
  'register.organization-name': 'Organization name',
  'register.id': 'ID',
  'register.id-hint': 'Left empty, one is assigned.',
  'register.parent': 'Belongs to',
  'register.host': 'Mail server',
  'register.name-wrong': 'Enter 1 to 128 characters, no control characters.',
  'register.id-wrong':
    'Enter up to 32 half-width letters, digits, hyphens, underscores or full stops, a letter or digit first.',

  'search.title': 'Search',
  'search.word': 'Name or ID, or a part of it',
  'search.run': 'Search',
  'search.results': 'Results',
  'search.count': '{count} found',

  'backup.title': 'Backup',
  'backup.opening': 'Taking the exclusive lock…',
  'backup.held': 'Exclusive lock: {owner} since {since} ({elapsed})',
  'backup.lost': 'The exclusive lock was lost. Nothing more can be done here: close the dialog.',
  'backup.servers': 'Server to back up',
  'backup.choose': 'Choose a server.',
  'backup.not-kept':
    'MNG_JOURNAL is not set, so no journal is kept for this server. There is nothing to clear, and steps 1 to 4 are not needed.',
  'backup.empty': 'The journal of this server is empty.',
  'backup.replication': 'Replication:',
  'backup.unknown': 'The state of the journals is not known.',

  'column.journal': 'Journal',
  'column.oldest': 'Oldest',
  'column.newest': 'Newest',
  'column.sealed': 'Sealed',
  'journal.amount': '{records} record(s), {bytes}',
  'journal.not-kept': 'not kept',

  'clear.button': 'Clear Journal',
  'clear.title': 'Clear Journal',
  'clear.question': 'Clear the journal of {server}?',
  'clear.amount': 'What is cleared: {records} record(s) ({from} to {to})',
  'clear.kept': 'Cleared records are kept until two verified archives cover them.',
  'clear.done': '{server}: {records} record(s) sealed (segment {segment}).',
  'clear.nothing': '{server}: there was no record to clear.',
}
