import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { fail } from '../../../shared/model/problem.ts'
import type { Calendar, InstalledSchedule, ScheduledJob, Scheduler } from '../../core/ports/scheduler.ts'
import { cronAfter, parseCron } from '../../formats/cron-expression.ts'
import { dailyAfter } from '../../formats/time-of-day.ts'
import { readOwned, removeOwned, scheduleFailed, writeOwned } from './owned-file.ts'

const jobLine = '# untenseki job: '

/** Where the lines stand: a file of cron's own folder with a column for the account, or a user's crontab. */
export type CronPlace =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'crontab'; readonly user: string }

/**
 * Lines for cron, where there is no systemd. cron itself makes up for nothing: a second line asks at each start of the
 * machine whether a night was missed (`catchUp`, a command line without `jobLine`'s argv).
 */
export function cronScheduler(options: {
  readonly place: CronPlace
  readonly mark: string
  readonly catchUp: readonly string[]
}): Scheduler {
  const { place, mark, catchUp } = options
  const where = place.kind === 'file' ? place.file : `crontab: ${place.user}`

  async function read(): Promise<string | null> {
    if (place.kind === 'file') return readOwned(place.file, mark)
    return blockOf(await userCrontab(), mark)
  }

  return {
    kind: 'cron',
    async install(job) {
      assertFields(job.calendar)
      const lines = linesOf(job, mark, catchUp, place.kind === 'file')
      if (place.kind === 'file') {
        // cron passes over a file that others than its owner may write.
        writeOwned(place.file, mark, `${lines.join('\n')}\n`)
      } else {
        await writeUserCrontab(`${withoutBlock(await userCrontab(), mark)}${lines.join('\n')}\n`)
      }
      return { ...shown(job), files: [where] }
    },
    async show() {
      const line = (await read())?.split('\n').find((each) => each.startsWith(jobLine))
      if (line === undefined) return null
      return { ...shown(JSON.parse(line.slice(jobLine.length)) as ScheduledJob), files: [where] }
    },
    async remove() {
      if ((await read()) === null) return []
      if (place.kind === 'file') removeOwned(place.file, mark)
      else await writeUserCrontab(withoutBlock(await userCrontab(), mark))
      return [where]
    },
    async dueAfter(calendar, from, count) {
      if (calendar.kind === 'daily') return dailyAfter(calendar.at, from, count)
      const expression = parseCron(calendar.text)
      return expression ? cronAfter(expression, from, count) : null
    },
  }
}

function shown({ calendar, argv, user, since }: ScheduledJob): Omit<InstalledSchedule, 'files'> {
  return { scheduler: 'cron', calendar, argv, user, since }
}

/** The mark, the job, and three lines: how much belongs to us in a crontab that others write, too. */
const blockLength = 5

function linesOf(job: ScheduledJob, mark: string, catchUp: readonly string[], withUser: boolean): readonly string[] {
  const fields = job.calendar.kind === 'daily' ? dailyFields(job.calendar.at) : job.calendar.text
  const environment = Object.entries(job.environment).map(([name, text]) => `${name}=${text}`)
  const line = (when: string, argv: readonly string[]) =>
    [when, ...(withUser ? [job.user] : []), ...['/usr/bin/env', ...environment, ...argv].map(quoted)].join(' ')
  // cron mails what a command says; this one always says something.
  const watch = `${line('17 * * * *', job.watch)} >/dev/null 2>&1`
  return [mark, jobLine + JSON.stringify(job), line(fields, job.argv), line('@reboot', catchUp), watch]
}

function dailyFields(at: string): string {
  const [hours, minutes] = at.split(':').map(Number)
  return `${minutes} ${hours} * * *`
}

/** For the shell that cron calls, and for cron itself, to which `%` is a line break. */
function quoted(word: string): string {
  const safe = /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
  return safe.replaceAll('%', '\\%')
}

function assertFields(calendar: Calendar): void {
  if (calendar.kind === 'daily') return
  if (parseCron(calendar.text) !== null) return
  throw fail('schedule-calendar', { calendar: calendar.text, text: 'crontab(5): five fields' })
}

function blockOf(text: string, mark: string): string | null {
  const lines = text.split('\n')
  const at = lines.indexOf(mark)
  return at < 0 ? null : lines.slice(at, at + blockLength).join('\n')
}

function withoutBlock(text: string, mark: string): string {
  const lines = text.split('\n')
  const at = lines.indexOf(mark)
  if (at >= 0) lines.splice(at, blockLength)
  const rest = lines.join('\n')
  return rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`
}

/** Empty where the account has none. */
async function userCrontab(): Promise<string> {
  try {
    return (await promisify(execFile)('crontab', ['-l'], { env: { ...process.env, LC_ALL: 'C' } })).stdout
  } catch (error) {
    if (/no crontab for/.test(String((error as { stderr?: string }).stderr))) return ''
    throw scheduleFailed('crontab -l', error)
  }
}

async function writeUserCrontab(text: string): Promise<void> {
  try {
    const child = spawn('crontab', ['-'], { stdio: ['pipe', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      said += piece
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(text)
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(said.trim())
  } catch (error) {
    throw scheduleFailed('crontab -', error)
  }
}
