import { defineProblems } from './table.ts'

/** What the name database and its CSV files refuse. */
export const namesProblems = defineProblems({
  'entity-unknown': {
    exit: 'usage',
    ja: ['ID「{id}」は登録されていません', '検索してIDを確認してください。'],
    en: ['Nothing with the id "{id}" is registered', 'Search for it and check the id.'],
  },
  'entity-changed': {
    exit: 'usage',
    ja: [
      'ID「{id}」は,ほかの管理者が変更しています。何も変更していません',
      '最新の内容を確認してから,もう一度実行してください。',
    ],
    en: ['"{id}" was changed by someone else meanwhile; nothing was done', 'Look at it as it is now, then try again.'],
  },
  'organization-not-empty': {
    exit: 'usage',
    ja: [
      '組織「{id}」には,ユーザ{users}名,組織{organizations}個,グループ{groups}個,掲示板{boards}個が所属しています',
      '先に,ほかの組織へ移すか,削除してください。',
    ],
    en: [
      'To organisation "{id}" belong {users} users, {organizations} organisations, {groups} groups and {boards} boards',
      'Move or delete them first.',
    ],
  },
  'organization-last-top': {
    exit: 'usage',
    ja: ['組織「{id}」は,ただ一つの最上位組織です', '最上位組織は,少なくとも一つ必要です。'],
    en: ['Organisation "{id}" is the only top organisation', 'At least one has to stay.'],
  },
  'organization-cycle': {
    exit: 'usage',
    ja: ['組織「{id}」を,自身又は自身の下位の組織「{to}」の下へは移せません', '別の組織を指定してください。'],
    en: ['Organisation "{id}" cannot move below itself (to "{to}")', 'Name another organisation.'],
  },
  'board-unknown': {
    exit: 'usage',
    ja: ['掲示板「{id}」は登録されていません', '掲示板のIDを確認してください。'],
    en: ['There is no board "{id}"', "Look the board's id up."],
  },
  'board-not-empty': {
    exit: 'usage',
    ja: ['掲示板「{id}」の下に,掲示板が{boards}個あります', '先に,ほかの掲示板の下へ移すか,削除してください。'],
    en: ['Below board "{id}" lie {boards} boards', 'Move or delete them first.'],
  },
  'board-cycle': {
    exit: 'usage',
    ja: ['掲示板「{id}」を,自身又は自身の下位の掲示板「{to}」の下へは移せません', '別の掲示板を指定してください。'],
    en: ['Board "{id}" cannot move below itself (to "{to}")', 'Name another board.'],
  },
  'board-too-deep': {
    exit: 'usage',
    ja: ['掲示板「{to}」の下には置けません。掲示板の階層は{levels}段までです', '上位の掲示板を指定してください。'],
    en: ['It cannot lie below board "{to}": boards nest at most {levels} levels', 'Name a board further up.'],
  },
  'member-unknown': {
    exit: 'usage',
    ja: ['グループのメンバに指定したユーザ「{id}」は登録されていません', 'ユーザIDを確認してください。'],
    en: ['There is no user "{id}" to be a member of the group', 'Look the user id up.'],
  },
  'field-not-of-kind': {
    exit: 'usage',
    ja: ['種別「{kind}」に項目「{field}」は指定できません', '項目を除いて,もう一度実行してください。'],
    en: ['A {kind} has no field "{field}"', 'Leave it out, then try again.'],
  },
  'import-too-large': {
    exit: 'usage',
    ja: ['一括登録は{limit}件までです({count}件)', 'ファイルを分けて登録してください。'],
    en: ['A bulk registration holds at most {limit} registrations; these are {count}', 'Split the file.'],
  },
  'import-incomplete': {
    exit: 'failedRestored',
    ja: ['一括登録の途中で,アドレスサービスとの接続が切れました。何も登録していません', 'もう一度実行してください。'],
    en: [
      'The connection to the address service broke during a bulk registration; nothing was registered',
      'Try again.',
    ],
  },
  'import-refused': {
    exit: 'usage',
    ja: ['{count}行に誤りがあるため,何も登録していません', '誤りのある行を直してから,もう一度実行してください。'],
    en: ['Nothing was registered: {count} lines are wrong', 'Correct them, then try again.'],
  },
  'csv-unreadable': {
    exit: 'usage',
    ja: ['CSVファイル「{file}」を読めません({text})', 'ファイルの場所と権限を確認してください。'],
    en: ['The CSV file "{file}" cannot be read ({text})', 'Check its place and permissions.'],
  },
  'csv-too-large': {
    exit: 'usage',
    ja: ['CSVファイル「{file}」が{megabytes}メガバイトを超えています', 'ファイルを分けて登録してください。'],
    en: ['The CSV file "{file}" is larger than {megabytes} MB', 'Split it.'],
  },
  'csv-heads-wrong': {
    exit: 'usage',
    ja: [
      'CSVファイル「{file}」の1行目(見出し)が誤っています({text})',
      '見出しは {heads} のうち必要なものです(nameは必須,重複なし)。文字コードの指定も確認してください。',
    ],
    en: [
      'The first line of the CSV file "{file}" is wrong at "{text}"',
      'It holds heads out of {heads}: name always, none twice. Check the encoding, too.',
    ],
  },
  'csv-syntax': {
    exit: 'usage',
    ja: [
      'CSVファイル「{file}」の{line}行目までに,対応しない引用符があります({text})',
      '引用符を直してから,もう一度実行してください。何も登録していません。',
    ],
    en: [
      'In the CSV file "{file}" a quote does not match, up to line {line} ({text})',
      'Correct it, then try again. Nothing was registered.',
    ],
  },
  'csv-encoding-wrong': {
    exit: 'usage',
    ja: ['{encoding}の文字ではありません', '文字コードの指定を確認してください。'],
    en: ['this is no text in {encoding}', 'Check the encoding.'],
  },
  'csv-fields-wrong': {
    exit: 'usage',
    ja: ['項目の数が{found}です(見出しは{expected})', '見出しと同じ数の項目を書いてください。'],
    en: ['it has {found} fields; there are {expected} heads', 'Write as many fields as there are heads.'],
  },
  'csv-value-wrong': {
    exit: 'usage',
    ja: ['項目{column}の値「{value}」が誤っています', 'helpで,項目に書ける値を確認してください。'],
    en: ['The value "{value}" of {column} is wrong', 'See the help for what the column may hold.'],
  },
})
