import { type ReactNode, useEffect, useRef } from 'react'
import type { RunState } from '../../../shared/model/run-state.ts'
import { Panel } from '../../chrome/panel.tsx'
import { useText } from '../../text/use-text.ts'

/** The run's log, newest last and in sight. */
export function RunLog({ log }: { readonly log: RunState['log'] }): ReactNode {
  const { t, format, say } = useText()
  const list = useRef<HTMLDivElement>(null)
  const { length } = log
  useEffect(() => {
    if (length > 0) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [length])
  return (
    <Panel title={t('run.log')} className="panel-log">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <div ref={list} className="list log" role="log" aria-label={t('run.log')} tabIndex={0}>
        <ol className="log-lines">
          {log.map((line) => (
            <li key={`${line.at} ${line.en}`}>
              {format.time(line.at)} {say(line)}
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  )
}
