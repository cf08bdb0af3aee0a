import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fail } from '../../../shared/model/problem.ts'
import type { Calendar, InstalledSchedule, ScheduledJob, Scheduler } from '../../core/ports/scheduler.ts'
import { dailyAfter } from '../../formats/time-of-day.ts'
import { readOwned, removeOwned, scheduleFailed, writeOwned } from './owned-file.ts'

const run = promisify(execFile)

/** What we read back: lines of our own in the service, so that no unit syntax has to be understood. */
const jobLine = '# untenseki job: '

/**
 * A service and a timer. `folder` is where units go; `manager` are the words of `systemctl` that reach the right
 * manager (`--system`, `--user`), or null where the units are only written and not enabled.
 */
export function systemdScheduler(options: {
  readonly folder: string
  readonly name: string
  readonly mark: string
  readonly manager: '--system' | '--user' | null
}): Scheduler {
  const { folder, name, mark, manager } = options
  const service = join(folder, `${name}.service`)
  const timer = join(folder, `${name}.timer`)
  const units = [service, timer, join(folder, `${name}-watch.service`), join(folder, `${name}-watch.timer`)]
  const ofUser = manager === '--user'

  async function systemctl(...words: readonly string[]): Promise<void> {
    if (manager === null) return
    try {
      await run('systemctl', [manager, ...words])
    } catch (error) {
      throw scheduleFailed(`systemctl ${words.join(' ')}`, error)
    }
  }

  return {
    kind: 'systemd',
    async install(job) {
      await assertCalendar(job.calendar)
      const texts = [serviceText(job, mark, ofUser), timerText(job, mark), ...watchTexts(job, mark, ofUser)]
      const before = units.map((file) => readOwned(file, mark))
      try {
        for (const [at, file] of units.entries()) writeOwned(file, mark, texts[at] ?? '')
        await systemctl('daemon-reload')
        await systemctl('enable', '--now', `${name}.timer`, `${name}-watch.timer`)
      } catch (error) {
        for (const [at, file] of units.entries()) restore(file, mark, before[at] ?? null)
        throw error
      }
      return { ...shown(job), files: units }
    },
    async show() {
      const text = readOwned(service, mark)
      if (text === null || readOwned(timer, mark) === null) return null
      const line = text.split('\n').find((each) => each.startsWith(jobLine))
      if (line === undefined) throw fail('schedule-foreign', { file: service })
      return { ...shown(JSON.parse(line.slice(jobLine.length)) as ScheduledJob), files: units }
    },
    async remove() {
      for (const each of [`${name}.timer`, `${name}-watch.timer`]) {
        if (readOwned(join(folder, each), mark) !== null) await systemctl('disable', '--now', each)
      }
      const removed = [...units].reverse().filter((file) => removeOwned(file, mark))
      if (removed.length > 0) await systemctl('daemon-reload')
      return removed
    },
    async dueAfter(calendar, from, count) {
      if (calendar.kind === 'daily') return dailyAfter(calendar.at, from, count)
      const base = `--base-time=@${Math.floor(from.getTime() / 1000)}`
      const found = await run('systemd-analyze', ['calendar', base, `--iterations=${count}`, calendar.text], {
        env: { ...process.env, LC_ALL: 'C' },
      }).catch(() => null)
      return found ? elapses(found.stdout) : null
    },
  }
}

/** The times that `systemd-analyze calendar` prints: in UTC, on a line of its own where the local time is another. */
function elapses(text: string): readonly Date[] {
  const heads = text.includes('(in UTC)') ? '\\(in UTC\\)' : 'Next elapse|Iteration #\\d+|Iter\\. #\\d+'
  const line = new RegExp(`(?:${heads}): \\w{3} (\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d) UTC`, 'g')
  return [...text.matchAll(line)].map(([, day, time]) => new Date(`${day}T${time}Z`))
}

function shown({ calendar, argv, user, since }: ScheduledJob): Omit<InstalledSchedule, 'files'> {
  return { scheduler: 'systemd', calendar, argv, user, since }
}

function restore(file: string, mark: string, text: string | null): void {
  if (text === null) removeOwned(file, mark)
  else writeOwned(file, mark, text)
}

async function assertCalendar(calendar: Calendar): Promise<void> {
  if (calendar.kind === 'daily') return
  const wrong = (text: string) => fail('schedule-calendar', { calendar: calendar.text, text })
  if (/\p{Cc}/u.test(calendar.text)) throw wrong('control characters')
  try {
    await run('systemd-analyze', ['calendar', calendar.text])
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string }
    if (code !== 'ENOENT') throw wrong((stderr ?? '').trim())
  }
}

/**
 * No sandbox (ProtectSystem, PrivateTmp, a lower priority …) on purpose: the services that a run starts again are its
 * children and would inherit it. For the same reason KillMode=process: with the default systemd would kill the very
 * services that the backup has just brought back when its command ends.
 */
function serviceText(job: ScheduledJob, mark: string, ofUser: boolean): string {
  const { description, argv, user, environment } = job
  return `${[
    mark,
    jobLine + JSON.stringify(job),
    '[Unit]',
    `Description=${value(description)}`,
    'Documentation=man:untenseki(1)',
    ...(ofUser ? [] : ['Wants=network-online.target', 'After=network-online.target local-fs.target']),
    '',
    '[Service]',
    'Type=oneshot',
    ...(ofUser ? [] : [`User=${value(user)}`]),
    'WorkingDirectory=/',
    ...Object.entries(environment).map(([name, text]) => `Environment=${quoted(`${name}=${text}`, false)}`),
    `ExecStart=${argv.map((word) => quoted(word, true)).join(' ')}`,
    'KillMode=process',
    'TimeoutStartSec=infinity',
    'TimeoutStopSec=15min',
    'SuccessExitStatus=1',
  ].join('\n')}\n`
}

function timerText({ description, calendar }: ScheduledJob, mark: string): string {
  const when = calendar.kind === 'daily' ? `*-*-* ${calendar.at}:00` : calendar.text
  return `${[
    mark,
    '[Unit]',
    `Description=${value(description)}`,
    '',
    '[Timer]',
    `OnCalendar=${when}`,
    'Persistent=true',
    'AccuracySec=1min',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ].join('\n')}\n`
}

/** Looks every hour whether people have to be told; what it finds is no failure of the unit. */
function watchTexts(job: ScheduledJob, mark: string, ofUser: boolean): readonly [service: string, timer: string] {
  const watching: ScheduledJob = {
    ...job,
    description: `${job.description}: watch`,
    argv: job.watch,
    calendar: { kind: 'expression', text: 'hourly' },
  }
  const service = serviceText(watching, mark, ofUser).replace(/^SuccessExitStatus=.*$/m, 'SuccessExitStatus=1 2 3')
  return [service, timerText(watching, mark)]
}

/** `%` begins a specifier. */
function value(text: string): string {
  return text.replaceAll('%', '%%')
}

/** A word of systemd's own quoting (systemd.syntax(7)); `$` begins a variable in a command line alone. */
function quoted(word: string, command: boolean): string {
  const escaped = value(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return `"${command ? escaped.replaceAll('$', '$$$$') : escaped}"`
}
