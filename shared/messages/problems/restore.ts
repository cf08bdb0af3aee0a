import { defineProblems } from './table.ts'

const settle = {
  ja: '「untenseki runs rollback」で元に戻してください。それまでどのサービスも起動できません。',
  en: 'Take it back with "untenseki runs rollback"; until then no service there may start.',
} as const

/** リストア and データ修復: what speaks against them, and what may befall them. */
export const restoreProblems = defineProblems({
  'restore-unsettled': {
    exit: 'locked',
    ja: ['{host}のデータはリストア{runId}({since})の入れ替え途中です', settle.ja],
    en: ['The data of {host} is half exchanged by restore {runId} ({since})', settle.en],
  },
  'restore-record-corrupt': {
    exit: 'failedDown',
    ja: [
      'リストアの記録を読み込めません({file})',
      'ファイルの内容とアクセス権を確認してください。削除しないでください。',
    ],
    en: ['The record of a restore cannot be read ({file})', 'Check its content and access rights; do not remove it.'],
  },
  'restore-record-missing': {
    exit: 'failedDown',
    ja: [
      '{host}はリストア{runId}の入れ替え途中ですが,その記録がありません',
      '「.untenseki-restore-{runId}」フォルダの内容を確認し,保守員に連絡してください。',
    ],
    en: [
      '{host} is half exchanged by restore {runId}, whose record is gone',
      'Look into the folders named .untenseki-restore-{runId} and call for help.',
    ],
  },
  'restore-swap-failed': {
    exit: 'failedRestored',
    ja: ['データを入れ替えられません({from} → {to}: {text})', 'ディスクとアクセス権を確認してください。'],
    en: ['The data could not be exchanged ({from} → {to}: {text})', 'Check the disk and the access rights.'],
  },
  'restore-interfered': {
    exit: 'failedDown',
    ja: [
      'リストアの途中で,ほかの者が{path}を変更しました',
      '変更した者を確認し,元に戻してから「untenseki runs rollback」を実行してください。',
    ],
    en: [
      'Someone else changed {path} in the middle of a restore',
      'Find out who, put it back, then run "untenseki runs rollback".',
    ],
  },
  'restore-not-discardable': {
    exit: 'usage',
    ja: [
      'リストア{runId}には破棄できるデータがありません({phase})',
      '「untenseki restore --list」で退避データのあるリストアを確認してください。',
    ],
    en: ['Restore {runId} keeps nothing that could be discarded ({phase})', 'See "untenseki restore --list".'],
  },
  'restore-cleanup-failed': {
    exit: 'failedRestored',
    ja: ['リストアの作業フォルダを削除できません({path}: {text})', 'アクセス権を確認し,もう一度実行してください。'],
    en: [
      'The work folder of a restore could not be removed ({path}: {text})',
      'Check the access rights, then try again.',
    ],
  },
  'restore-target-absent': {
    exit: 'badArchive',
    ja: ['{host}のアーカイブにバックアップ対象{target}がありません', '別のバックアップを使ってください。'],
    en: ['The archive of {host} does not hold its backup target {target}', 'Use another backup.'],
  },
  'restore-link-differs': {
    exit: 'domainFile',
    ja: [
      '{host}の{target}は,バックアップ時と現在とでシンボリックリンクの有無が違います',
      'バックアップ時と同じように,リンクを作るか取り除いてから,もう一度実行してください。',
    ],
    en: [
      '{target} of {host} is a symbolic link either in the backup or now, but not both',
      'Make or remove the link as it was at the time of the backup, then try again.',
    ],
  },
  'restore-mounted': {
    exit: 'domainFile',
    ja: [
      '{host}の{path}は,バックアップ対象の中のマウントポイントのため入れ替えられません',
      'アンマウントしてから,もう一度実行してください。',
    ],
    en: [
      '{path} of {host} is a mount point inside a backup target, which cannot be exchanged',
      'Unmount it, then try again.',
    ],
  },
  'restore-no-space': {
    exit: 'medium',
    ja: [
      '{path}の空きが足りません(必要{needBytes}バイト,空き{freeBytes}バイト)',
      '空きを作ってから,もう一度実行してください。リストアは既存のデータの横に展開します。',
    ],
    en: [
      '{path} has too little room (needed {needBytes} bytes, free {freeBytes} bytes)',
      'Make room, then try again: a restore unpacks beside the data that is there.',
    ],
  },
  'restore-archive-none': {
    exit: 'badArchive',
    ja: ['{path}に{hosts}のバックアップがありません', 'バックアップのあるフォルダ,又はファイルを指定してください。'],
    en: ['{path} holds no backup of {hosts}', 'Name the folder or the file with the backup.'],
  },
  'restore-set-incomplete': {
    exit: 'badArchive',
    ja: [
      '{path}には{hosts}の全部がそろった組のバックアップがありません',
      '同じ回に取得した,全サーバのバックアップを一つのフォルダに置いてください。',
    ],
    en: [
      '{path} holds no set of backups with all of {hosts}',
      'Put the backups of all these servers, taken in one round, into one folder.',
    ],
  },
  'restore-archive-unclear': {
    exit: 'usage',
    ja: [
      '{path}にある{hosts}のバックアップは系列が異なり,どれが最新か決められません',
      'リストアするファイルを一つ選んで指定してください。',
    ],
    en: [
      'The backups of {hosts} in {path} are of different timelines; which is the newest cannot be told',
      'Name the one file that is to be restored.',
    ],
  },
  'restore-folder-needed': {
    exit: 'usage',
    ja: ['{hosts}のリストアには,全部のバックアップがあるフォルダが必要です({path})', 'フォルダを指定してください。'],
    en: ['To restore {hosts} a folder with all their backups is needed ({path})', 'Name a folder.'],
  },
  'restore-other-domain': {
    exit: 'badArchive',
    ja: [
      'ドメイン「{found}」のバックアップです(このドメインは「{domain}」: {path})',
      '正しいファイルを指定してください。',
    ],
    en: ['This is a backup of domain "{found}", not of "{domain}" ({path})', 'Name the right file.'],
  },
  'restore-other-server': {
    exit: 'badArchive',
    ja: ['ホスト「{found}」のバックアップです(指定されたのは「{host}」: {path})', '正しいファイルを指定してください。'],
    en: ['This is a backup of host "{found}", not of "{host}" ({path})', 'Name the right file.'],
  },
  'restore-layout-differs': {
    exit: 'badArchive',
    ja: [
      '{path}はディレクトリ構成「{found}」のバックアップで,ホスト「{host}」の構成と違います',
      'ドメイン定義のlayoutを確認してください。',
    ],
    en: [
      '{path} was taken from a server of layout "{found}", which host "{host}" does not have',
      'Check the layout in the domain file.',
    ],
  },
  'restore-targets-differ': {
    exit: 'badArchive',
    ja: [
      '{path}のバックアップ対象が,ホスト「{host}」の現在の対象と一致しません({target})',
      'ドメイン定義と初期設定パラメタファイルを,バックアップ時と同じ場所に合わせてください。',
    ],
    en: [
      'The targets of {path} are not those of host "{host}" ({target})',
      'Let the domain file and the parameter file name the same places as at the time of the backup.',
    ],
  },
  'restore-target-kept': {
    exit: 'warnings',
    ja: [
      '{host}の{target}はこのバックアップに含まれないため,現在のまま残します',
      'バックアップ後に対象へ追加した場所です。内容が古いデータと合うか確認してください。',
    ],
    en: [
      '{target} of {host} is not in this backup and stays as it is',
      'It became a target later; check that it fits the older data.',
    ],
  },
  'restore-needs-all': {
    exit: 'badArchive',
    ja: [
      'マスタ管理サーバのジャーナルがないため,全サーバのリストアが必要です(不足: {hosts})',
      '同じ回に取得した全サーバのバックアップがあるフォルダを指定してください。',
    ],
    en: [
      'The master keeps no journal, so every server has to be restored (absent: {hosts})',
      'Name a folder with the backups of all servers, taken in one round.',
    ],
  },
  'restore-set-mixed': {
    exit: 'badArchive',
    ja: [
      '同じ回に取得したバックアップではないため,登録が食い違います({text})',
      '同じ回に取得した全サーバのバックアップを指定してください。',
    ],
    en: [
      'These backups were not taken in one round at one cut, so registrations would disagree ({text})',
      'Name backups of all servers that were taken in one round.',
    ],
  },
  'restore-newer-than-master': {
    exit: 'badArchive',
    ja: [
      '{host}のバックアップ(変更番号{number})は,マスタ管理サーバ(変更番号{other})の登録の続きではありません',
      'より古いバックアップを使うか,現在のサーバに整合性確保を行ってください。',
    ],
    en: [
      'The backup of {host} (change {number}) does not belong to the history of the master (change {other})',
      'Use an older backup, or reconcile the server as it is.',
    ],
  },
  'restore-archive-newer': {
    exit: 'warnings',
    ja: [
      'このリストアで失われる登録を含む,{host}のより新しいバックアップの記録があります:{path}(変更番号{number})',
      'そのバックアップからリストアしてください。見つからないときは,その媒体又は二次媒体を用意してください。',
    ],
    en: [
      'A newer backup of {host} on record holds registrations that this restore would lose: {path} (change {number})',
      'Restore from that one. Where it is not found, get its medium or the second copy.',
    ],
  },
  'restore-loss': {
    exit: 'badArchive',
    ja: [
      '変更番号{missing}の登録は,どのジャーナルにもサーバにも残っていないため,リストア後に失われます(問い合わせできないサーバ: {unasked},より新しいバックアップ: {newer})',
      '新しいバックアップ,又は記録を持つサーバかジャーナルを使えるようにしてください。失うことを認めるときは,番号を指定してください(--accept-loss {missing})。',
    ],
    en: [
      'Changes {missing} are in no journal and at no server any more and would be lost by this restore (servers that could not be asked: {unasked}; newer backups on record: {newer})',
      'Take the newer backup, or make a server or a journal that holds them available. To accept the loss, name the numbers: --accept-loss {missing}.',
    ],
  },
  'restore-position-differs': {
    exit: 'badArchive',
    ja: [
      '{host}の展開したデータベースの変更番号({found})が,バックアップの記録({number})と違います',
      'このバックアップは使えません。別のバックアップを使ってください。',
    ],
    en: [
      'The unpacked database of {host} ends with change {found}, not with {number} as its backup says',
      'This backup cannot be used. Use another one.',
    ],
  },
  'restore-position-unknown': {
    exit: 'badArchive',
    ja: ['{host}のバックアップに変更番号がないため,修復できません({path})', '別のバックアップを使ってください。'],
    en: ['The backup of {host} has no change number, so it could not be repaired ({path})', 'Use another backup.'],
  },
  'restore-unasked': {
    exit: 'warnings',
    ja: [
      '{hosts}に問い合わせできないため,そこに残る登録は確認していません',
      'そのサーバのアドレスサービスを起動できるときは,起動してからリストアしてください。',
    ],
    en: [
      '{hosts} could not be asked: registrations that only they hold are not counted here',
      'If their address services can be started, start them before the restore.',
    ],
  },
  'restore-unrepaired': {
    exit: 'warnings',
    ja: [
      '{hosts}は修復待ちです。データ修復が終わるまで登録できません',
      '「untenseki repair --server <ホスト名>」を実行してください。',
    ],
    en: [
      '{hosts} waits for data repair; nothing can be registered until that is done',
      'Run "untenseki repair --server <host>".',
    ],
  },
  'repair-lost': {
    exit: 'warnings',
    ja: ['{host}: 変更番号{missing}の登録は失われました(承認済み)', '必要な登録は,もう一度行ってください。'],
    en: ['{host}: changes {missing} are lost, as was accepted', 'Register again what is needed.'],
  },
  'restore-taken-back': {
    exit: 'warnings',
    ja: ['リストア{runId}を取り消し,元のデータに戻しました', 'もう一度リストアできます。'],
    en: ['Restore {runId} was taken back; the former data is live again', 'The restore can be begun again.'],
  },
  'restore-stands': {
    exit: 'warnings',
    ja: [
      'リストア{runId}のデータに入れ替わっています',
      '「untenseki repair --server <ホスト名>」でデータ修復を行ってください。元のデータは破棄するまで残ります。',
    ],
    en: [
      'The data of restore {runId} is live',
      'Carry out data repair: "untenseki repair --server <host>". The former data is kept until it is discarded.',
    ],
  },
  'master-behind-archives': {
    exit: 'warnings',
    ja: [
      'マスタ管理サーバ {master} の変更番号は {change} ですが,{host} のアーカイブ {path} には変更番号 {archived} までの登録があります',
      '登録をやめ,マスタ管理サーバをアーカイブからリストアしてください: {command}。それより後の登録は,データ修復が反映するか,失われたものとして番号で示します。',
    ],
    en: [
      'The master {master} stands at change {change}, but the archive {path} of {host} holds registrations up to change {archived}',
      'Register nothing, and restore the master from its archive: {command}. What came after that its data repair replays, or names by number as lost.',
    ],
  },
  'master-behind-server-archives': {
    exit: 'warnings',
    ja: [
      'マスタ管理サーバ {master} の変更番号は {change} ですが,{host} のアーカイブ {path} には変更番号 {archived} までの登録があります',
      '登録をやめ,全サーバを停止してから「untenseki nxrestore --server {host}」でこのアーカイブをリストアし,起動して,マスタ管理サーバ,{host} の順にデータ修復を行ってください: untenseki repair --server MASTER。マスタ管理サーバにない登録は,{host} から反映されます。',
    ],
    en: [
      'The master {master} stands at change {change}, but the archive {path} of {host} holds registrations up to change {archived}',
      'Register nothing. Stop all servers, bring that archive back with "untenseki nxrestore --server {host}", start them, and carry out data repair of the master, which takes what it lacks from {host}, then of {host}: untenseki repair --server MASTER.',
    ],
  },
  'repair-first': {
    exit: 'locked',
    ja: ['{hosts}は修復待ちのため,元のデータを破棄できません', 'データ修復を終えてから,もう一度実行してください。'],
    en: [
      '{hosts} waits for data repair, so the former data cannot be discarded',
      'Carry out data repair, then try again.',
    ],
  },
})
