import type { jaSystem } from '../ja/system.ts'
import type { Translated } from '../ja.ts'

export const enSystem: Translated<typeof jaSystem> = {
  'system.sites': 'Sites',
  'system.servers': 'Servers',
  'system.domain-down': "The management server's address service does not answer: {text}",
  'system.session-ended': 'You were logged off: {text}',
  'system.backups-unknown': 'Some of the records of past backups cannot be read: {text}',
  'system.unfinished': 'The last procedure did not come to its end.',
  'system.show-run-book': 'Show the procedure',

  'column.server': 'Server',
  'column.host': 'Host',
  'column.kind': 'Role',
  'column.state': 'State',
  'column.replication': 'Replication',
  'column.detail': 'Details',

  'role.master': 'Management',
  'role.address': 'Address',
  'role.mail': 'Mail',
  'role.and': ', ',

  'state.running': 'Running',
  'state.starting': 'Starting',
  'state.stopping': 'Stopping',
  'state.stopped': 'Stopped',
  'state.failed': 'Failed',
  'state.partial': 'Partly stopped',

  'service.pid': 'process {pid}',
  'service.since': 'since {time}',

  'activity.region': 'Starts and stops',
  'activity.start.running': 'Starting {target}',
  'activity.start.done': '{target} started',
  'activity.start.failed': '{target} could not be started',
  'activity.stop.running': 'Stopping {target}',
  'activity.stop.done': '{target} stopped',
  'activity.stop.failed': '{target} could not be stopped',
  'activity.current': 'now: {service}',

  'start.title': 'Start',
  'stop.title': 'Stop',
  'control.target': 'What',
  'control.whole': 'The whole server',
  'control.start-order': 'Started in this order; each service must answer before the next one is started.',
  'control.stop-order': 'Stopped in this order; each process must be gone before the next one is stopped.',
  'control.single-start': 'Starts this service alone. The services that it needs must be running.',
  'control.single-stop': 'Stops this service alone. It cannot be stopped while a service that needs it runs.',
  'control.start': 'Start',
  'control.stop': 'Stop',
  'control.services': 'Services',
  'stop.confirm': 'Stop {target}?',
  'stop.effect': 'Nobody can use the services of this server while they are stopped.',
}
