import { manualNames } from '../manual/names.ts'
import { wrongValue } from '../usage-text.ts'
import type { Verb } from '../verb.ts'
import { argumentValue, type Entry, entriesOf, optionsOf, optionValue, type ValueKind } from './grammar.ts'

export const completionVerb: Verb = {
  name: 'completion',
  about: { ja: 'シェルの補完スクリプトを出力する', en: "print a shell's completion script" },
  examples: [
    'untenseki completion bash > /etc/bash_completion.d/untenseki',
    'untenseki completion zsh > /usr/local/share/zsh/site-functions/_untenseki',
  ],
  remarks: [
    {
      ja: 'hosts はドメインのホスト名を 1 行ずつ出力する(補完スクリプトが使う)。',
      en: "hosts prints the domain's host names, a line each: the scripts ask for them.",
    },
  ],
  readsOnly: true,
  shape: (command) => command.argument('<shell>', 'bash | zsh | hosts'),
  async work({ args, context, engine, grammar }) {
    const [shell = ''] = args
    if (shell === 'hosts') {
      for (const { host } of engine().domain.servers) context.stdout(`${host}\n`)
    } else if (shell === 'bash') {
      context.stdout(bashScript(entriesOf(grammar('en'))))
    } else if (shell === 'zsh') {
      context.stdout(zshScript(entriesOf(grammar('en'))))
    } else {
      throw wrongValue('completion', 'shell', shell)
    }
    return { exitCode: 0 }
  },
}

/** Every word of the grammar is made of letters, digits and hyphens; a placeholder never gets here. */
function bashScript(entries: readonly Entry[]): string {
  return `${[
    "# Completion of untenseki and of the manual's names, for bash.",
    '_untenseki_words() {',
    '  case "$1" in',
    ...entries.map((entry) => `    '${entry.words.join(' ')}') echo '${wordsOf(entry).join(' ')}' ;;`),
    '  esac',
    '}',
    '_untenseki_value() {',
    '  case "$1" in',
    ...entries.flatMap(valueCases),
    '  esac',
    '}',
    functionText,
    `complete -F _untenseki untenseki ${manualNames.join(' ')}`,
  ].join('\n')}\n`
}

/** zsh carries out bash's functions itself, words and all. */
function zshScript(entries: readonly Entry[]): string {
  const names = ['untenseki', ...manualNames].join(' ')
  return `#compdef ${names}\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(entries)}`
}

/** What may follow a command's own words: verbs, options, and the words of an argument that is a choice. */
function wordsOf({ command }: Entry): readonly string[] {
  const below = command.createHelp().visibleCommands(command)
  const choices = command.registeredArguments.flatMap((argument) => {
    const value = argumentValue(argument)
    return value.kind === 'choice' ? value.words : []
  })
  return [...below.map((child) => child.name()), ...choices, ...optionsOf(command).flatMap((option) => flags(option))]
}

function flags(option: { readonly short?: string | undefined; readonly long?: string | undefined }): readonly string[] {
  return [option.long, option.short].filter((flag) => flag !== undefined)
}

/** A case an option that takes a value, and one, without an option, for a file as argument. */
function valueCases({ words, command }: Entry): readonly string[] {
  const path = words.join(' ')
  const options = optionsOf(command).flatMap((option) => {
    const value = optionValue(option)
    return value === null ? [] : flags(option).map((flag) => `    '${path} ${flag}') echo '${valueText(value)}' ;;`)
  })
  const files = command.registeredArguments.some((argument) => argumentValue(argument).kind === 'file')
  return files ? [...options, `    '${path} ') echo 'file' ;;`] : options
}

function valueText(value: ValueKind): string {
  return value.kind === 'choice' ? value.words.join(' ') : value.kind
}

const functionText = `_untenseki_reply() {
  case "$1" in
    file) mapfile -t COMPREPLY < <(compgen -f -- "$2"); compopt -o filenames 2>/dev/null ;;
    folder) mapfile -t COMPREPLY < <(compgen -d -- "$2"); compopt -o filenames 2>/dev/null ;;
    host)
      local before=''
      [[ $2 == *,* ]] && before="\${2%,*},"
      mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(untenseki completion hosts 2>/dev/null)" -- "\${2##*,}") ;;
    other) COMPREPLY=() ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2") ;;
  esac
}
_untenseki() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path='' at=1 value
  COMPREPLY=()
  if [[ \${COMP_WORDS[0]##*/} != untenseki ]]; then path="\${COMP_WORDS[0]##*/}"; fi
  while (( at < COMP_CWORD )); do
    local next="\${path:+$path }\${COMP_WORDS[at]}"
    [[ -n $(_untenseki_words "$next") ]] || break
    path="$next"
    at=$(( at + 1 ))
  done
  value=$(_untenseki_value "$path $before")
  if [[ -n $value && $at -lt $COMP_CWORD ]]; then _untenseki_reply "$value" "$current"; return; fi
  _untenseki_reply "$(_untenseki_words "$path")" "$current"
  if (( \${#COMPREPLY[@]} == 0 )); then
    value=$(_untenseki_value "$path ")
    if [[ -n $value ]]; then _untenseki_reply "$value" "$current"; fi
  fi
}`
