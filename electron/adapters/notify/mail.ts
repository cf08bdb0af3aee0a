import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import type { MailSettings } from '../../../shared/model/notification.ts'
import { fail, ProblemError, problem } from '../../../shared/model/problem.ts'
import type { Notifier } from '../../core/ports/notifier.ts'
import { readAuthorities } from '../../formats/mail-authority.ts'
import { errorText } from '../../formats/settings-error.ts'

/** How long each step of the talk with the mail server, and a password command, may take. */
const stepMs = 20_000

/** Sends the notice as a mail of plain text to an SMTP server. */
export function mailNotifier(settings: MailSettings, env: Readonly<Record<string, string | undefined>>): Notifier {
  const { host, port, tls, from, to, user, caFile } = settings
  const channel = `mail ${host}:${port}`
  // For whoever has mails sent only, and not at the moment of the trouble that the mail is to tell of.
  const library = import('nodemailer')
  library.catch(() => undefined)
  return {
    channel: 'mail',
    obstacle() {
      try {
        if (caFile !== null) readAuthorities(caFile)
        if (settings.passwordFile !== null) readPassword(settings.passwordFile)
        return null
      } catch (error) {
        return error instanceof ProblemError
          ? error.problem
          : problem('notify-failed', { channel, text: errorText(error) })
      }
    },
    async send(notice, signal) {
      let password: string | null = null
      try {
        password = user === null ? null : await passwordOf(settings, env)
        const { createTransport } = await library
        const transport = createTransport({
          host,
          port,
          secure: tls === 'tls',
          requireTLS: tls === 'starttls',
          ignoreTLS: tls === 'none',
          connectionTimeout: stepMs,
          greetingTimeout: stepMs,
          socketTimeout: stepMs,
          // Said outright, so that no environment variable of Node says otherwise.
          tls: { rejectUnauthorized: true, ...(caFile === null ? {} : { ca: [...readAuthorities(caFile)] }) },
          disableFileAccess: true,
          disableUrlAccess: true,
          ...(user !== null && password !== null ? { auth: { user, pass: password } } : {}),
        })
        const sending = transport.sendMail({
          from,
          to: [...to],
          subject: notice.subject,
          text: notice.text,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Untenseki-Kind': notice.kind },
        })
        await Promise.race([sending, aborted(signal)]).finally(() => transport.close())
      } catch (error) {
        if (error instanceof ProblemError) throw error
        const code = isUntrusted(error) ? 'mail-untrusted' : 'notify-failed'
        throw fail(code, { channel, text: withoutSecret(errorText(error), password) })
      }
    },
  }
}

/** Whether the server's certificate is not one to believe: the transport puts its own code over that of TLS. */
function isUntrusted(error: unknown): boolean {
  const { originalCode = '' } = error as { originalCode?: string }
  return /CERT|SIGNATURE|ISSUER/.test(originalCode)
}

/** The transport itself knows no signal; what it still waits for ends by its own time limits. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** The first line of the file, which nobody else may read, or of what the program prints. */
async function passwordOf(
  { passwordFile, passwordCommand }: MailSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (passwordFile !== null) return readPassword(passwordFile)
  const [program = '', ...args] = passwordCommand ?? []
  const options = { env: env as NodeJS.ProcessEnv, timeout: stepMs, encoding: 'utf8' } as const
  try {
    const { stdout } = await promisify(execFile)(program, args, options)
    return firstLine(stdout)
  } catch (error) {
    // What the program printed may be the secret, so only how it ended is told.
    const { code, signal } = error as { code?: number | string; signal?: string }
    throw fail('notify-failed', { channel: program, text: String(signal ?? code ?? '') })
  }
}

function readPassword(path: string): string {
  if ((statSync(path).mode & 0o077) !== 0) throw fail('secret-file-open', { path })
  return firstLine(readFileSync(path, 'utf8'))
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

/** A mail server may repeat what it was told. */
function withoutSecret(text: string, secret: string | null): string {
  if (secret === null || secret === '') return text
  return text.replaceAll(secret, '***').replaceAll(Buffer.from(secret).toString('base64'), '***')
}
