import { CSPProvider } from '@base-ui/react/csp-provider'
import { type ReactNode, useEffect, useMemo } from 'react'
import { ProblemText } from './chrome/problem.tsx'
import { ArchiveWindow } from './features/archive/archive-window.tsx'
import { HistoryWindow } from './features/history/history-window.tsx'
import { NameDatabaseWindow } from './features/name-database/name-database-window.tsx'
import { RunBookWindow } from './features/run-book/run-book-window.tsx'
import { SystemWindow } from './features/system/system-window.tsx'
import { type App, AppContext, useApp } from './store/use-app.ts'
import { createText, TextContext, useText } from './text/use-text.ts'
import type { ConsoleWindow } from './window.ts'

/** A window of the console: its language, then its features once the state is there. */
export function Root({ app, kind }: { readonly app: App; readonly kind: ConsoleWindow }): ReactNode {
  return (
    <AppContext value={app}>
      <CSPProvider disableStyleElements>
        <InLanguage kind={kind} />
      </CSPProvider>
    </AppContext>
  )
}

function InLanguage({ kind }: { readonly kind: ConsoleWindow }): ReactNode {
  const language = useApp((state) => state.snapshot?.preferences.language ?? 'ja')
  const domain = useApp((state) => state.snapshot?.domain.name)
  const text = useMemo(() => createText(language), [language])
  useEffect(() => {
    document.documentElement.lang = language
    if (kind === 'run-book') return
    const title = text.t(`window.${kind}`)
    document.title = kind === 'system' && domain !== undefined ? `${title} - ${domain}` : title
  }, [kind, language, domain, text])
  return (
    <TextContext value={text}>
      <Content kind={kind} />
    </TextContext>
  )
}

function Content({ kind }: { readonly kind: ConsoleWindow }): ReactNode {
  const { t } = useText()
  const ready = useApp((state) => state.snapshot !== null)
  const disconnected = useApp((state) => state.disconnected)
  if (disconnected !== null) {
    return (
      <main className="failure" role="alert">
        <ProblemText problem={disconnected} />
      </main>
    )
  }
  if (!ready) return <main className="failure">{t('loading')}</main>
  switch (kind) {
    case 'system':
      return <SystemWindow />
    case 'name-database':
      return <NameDatabaseWindow />
    case 'archive':
      return <ArchiveWindow />
    case 'history':
      return <HistoryWindow />
    case 'run-book':
      return <RunBookWindow />
  }
}
