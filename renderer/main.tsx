import { createRoot } from 'react-dom/client'
import { ja } from '../shared/messages/ja.ts'
import { languageSchema } from '../shared/model/language.ts'
import { problem, problemSchema } from '../shared/model/problem.ts'
import { createBridge } from './bridge/bridge.ts'
import { FailureWindow } from './features/failure/failure-window.tsx'
import { Root } from './root.tsx'
import { createActions } from './store/actions.ts'
import { createAccess, follow } from './store/store.ts'
import { createText, TextContext } from './text/use-text.ts'
import { windowKind } from './window.ts'

const query = new URLSearchParams(location.search)
const kind = windowKind(query)
const place = document.getElementById('root')
if (place === null) throw new Error('the page has no root')
const root = createRoot(place)
document.title = ja[`window.${kind}`]

if (kind === 'failure') {
  const text = createText(languageSchema.catch('ja').parse(query.get('language')))
  document.documentElement.lang = text.language
  document.title = text.t('window.failure')
  root.render(
    <TextContext value={text}>
      <FailureWindow problem={readProblem(query.get('problem'))} />
    </TextContext>,
  )
} else {
  const access = createAccess(createBridge(window.untenseki))
  const actions = createActions(access)
  follow(access, actions.hear)
  if (query.get('show') === 'board') actions.browse.chooseKind('board')
  root.render(<Root app={{ store: access.store, actions }} kind={kind} />)
}

function readProblem(given: string | null) {
  try {
    return problemSchema.parse(JSON.parse(given ?? ''))
  } catch (error) {
    return problem('internal', { text: String(error) })
  }
}
