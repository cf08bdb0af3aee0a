import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Domain } from '../../../shared/model/domain.ts'
import { processOf } from '../../adapters/services/command/process-of.ts'
import { until } from '../../embedded/testing/sample.ts'
import { loadDomain } from '../../formats/domain-file.ts'
import { serviceSocket } from '../../formats/layout.ts'
import { readPidFile, serviceFiles } from '../../formats/pid-file.ts'
import { type AddressOperations, addressOperations } from '../../wire/address-operations.ts'
import { createWireClient, type WireClient } from '../../wire/client.ts'
import { isSameProcess } from '../../wire/process-identity.ts'
import { buildCommands } from './build-commands.ts'

type Json = Record<string, unknown>

/** What a command ended with. */
export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Every line of stdout but the result's, where `--json` was given. */
  readonly rows: readonly Json[]
  /** The last line of stdout, where it is a result. */
  readonly result: Json
  /** The code of the result's problem, or null. */
  readonly problem: string | null
  readonly ms: number
}

export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ended> }

export type CallOptions = {
  /** All of standard input; without it, it is empty and at its end. */
  readonly input?: string
  readonly cwd?: string
  readonly language?: 'ja' | 'en'
  /** Runs it as another account, through setpriv; for the superuser only. */
  readonly uid?: number
  /** A program that runs it, with its own options: `strace …`. */
  readonly under?: readonly string[]
}

/** Everything that a refused command has to leave as it was. */
export type Snapshot = {
  readonly pids: Readonly<Record<string, number | null>>
  readonly archives: readonly string[]
  readonly runRecords: readonly string[]
}

/** A folder of its own with the commands as real processes; `init` makes a sample domain in `root`. */
export type Shell = {
  /** The built commands, for lines that a test composes itself. */
  readonly cli: string
  readonly base: string
  readonly root: string
  readonly config: string
  readonly backups: string
  /** The domain as its file says now. */
  domain(): Domain
  begin(words: readonly string[], options?: CallOptions): Running
  /** The console's core in a process of its own: case (1) or (3) of a server from the first step to the last. */
  console(host: string, archive: string): Running
  /** The same, going on with a run that died. */
  consoleResume(): Running
  /** A command with `--config` and `--json`. */
  run(words: readonly string[], options?: CallOptions): Promise<Ended>
  /** A command just as it is written. */
  plain(words: readonly string[], options?: CallOptions): Promise<Ended>
  /** A shell's line at a terminal of its own, which tells both outputs on stdout. */
  terminal(line: string, typed: string): Promise<Ended>
  init(...words: string[]): Promise<void>
  pid(host: string, service: string): number | null
  snapshot(): Snapshot
  /** A client of the master's address service that is none of our commands. */
  master(): WireClient<AddressOperations>
  /** Kills what still runs and removes the folder. */
  remove(): Promise<void>
}

/** `root`: the sample domain's folder below the test's own one. */
export async function openShell(options: { readonly root?: string } = {}): Promise<Shell> {
  const cli = await buildCommands()
  const base = mkdtempSync(join(tmpdir(), 'unt-'))
  const root = join(base, options.root ?? 'sample')
  const config = join(root, 'untenseki.yaml')
  const backups = join(root, 'backups')
  const clients: WireClient<AddressOperations>[] = []
  const children = new Set<ChildProcess>()

  const launch = ([file = '', ...args]: readonly string[], options: CallOptions): Running => {
    const env = { ...process.env, UNTENSEKI_LANG: options.language ?? 'en', HOME: base, XDG_DATA_HOME: base }
    const started = performance.now()
    const child = spawn(file, args, { cwd: options.cwd ?? base, env, stdio: ['pipe', 'pipe', 'pipe'] })
    children.add(child)
    // A command that asks nothing may be over before it read anything.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
    const ended = collect(child).then(({ code, stdout, stderr }) => {
      children.delete(child)
      return { code, stdout, stderr, ...parsed(stdout), ms: performance.now() - started }
    })
    return { child, ended }
  }
  const begin: Shell['begin'] = (words, options = {}) =>
    launch([...asAccount(options.uid), ...(options.under ?? []), process.execPath, cli, ...words], options)
  const plain: Shell['plain'] = (words, options) => begin(words, options).ended
  const run: Shell['run'] = (words, options) => plain([...words, '--config', config, '--json'], options)
  const pid = (host: string, service: string): number | null => {
    const domain = loadDomain(config)
    const server = domain.servers.find((one) => one.host === host)
    const pidFile = server?.services.find(({ id }) => id === service)?.commands?.pidFile
    if (pidFile) return processOf(pidFile)?.pid ?? null
    const found = readPidFile(serviceFiles(domain, host, service).pid)
    return found !== null && isSameProcess(found) ? found.pid : null
  }

  return {
    cli,
    base,
    root,
    config,
    backups,
    domain: () => loadDomain(config),
    begin,
    console: (host, archive) =>
      launch([process.execPath, join(dirname(cli), 'console-run.cjs'), config, host, archive], {}),
    consoleResume: () => launch([process.execPath, join(dirname(cli), 'console-run.cjs'), config, '--resume'], {}),
    run,
    plain,
    terminal: (line, typed) => launch(['script', '-qec', line, '/dev/null'], { input: typed }).ended,
    pid,
    init: async (...words) => {
      const ended = await plain(['domain', 'init', '--root', root, '--users', '30', '--mails', '50', ...words])
      if (ended.code !== 0) throw new Error(ended.stderr)
    },
    snapshot: () => {
      const { servers, folders } = loadDomain(config)
      const services = servers.flatMap(({ host, services: all }) => all.map(({ id }) => [host, id] as const))
      return {
        pids: Object.fromEntries(services.map(([host, id]) => [`${host}/${id}`, pid(host, id)])),
        archives: names(folders.backups),
        runRecords: names(join(folders.state, 'run-lock')).filter((name) => name.endsWith('.json')),
      }
    },
    master: () => {
      const path = serviceSocket(loadDomain(config), 'hq-mas', 'address-service')
      const client = createWireClient(path, addressOperations, { timeoutMs: 10_000 })
      clients.push(client)
      return client
    },
    remove: async () => {
      for (const client of clients) client.close()
      for (const child of children) child.kill('SIGKILL')
      const pids = () => readPids(join(root, 'state', 'pids'))
      for (const found of pids()) process.kill(found, 'SIGKILL')
      await until(() => pids().length === 0)
      rmSync(base, { recursive: true, force: true })
    },
  }
}

function asAccount(uid: number | undefined): readonly string[] {
  if (uid === undefined) return []
  return ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--']
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** The processes that run, by the folder of their pid files: the domain file may be broken on purpose. */
function readPids(folder: string): readonly number[] {
  return names(folder).flatMap((name) => {
    const found = name.endsWith('.json') ? readPidFile(join(folder, name)) : null
    return found !== null && isSameProcess(found) ? [found.pid] : []
  })
}

function collect(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

function parsed(stdout: string): Pick<Ended, 'rows' | 'result' | 'problem'> {
  const lines = stdout.split('\n').flatMap((line): Json[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const last = lines.at(-1)
  if (last?.kind !== 'result') return { rows: lines, result: {}, problem: null }
  const problem = last.problem as { code: string } | undefined
  return { rows: lines.slice(0, -1), result: last, problem: problem?.code ?? null }
}
