import { defineProblems } from './table.ts'

const runStopped = {
  ja: 'サービスが停止していなかったおそれがあります。サービスが停止していることを確認し,もう一度バックアップしてください。',
  en: 'A service was not down. Make sure that the services are stopped, then take the backup again.',
} as const

const useAnother = {
  ja: 'この控えからは回復できません。別のバックアップを使ってください。',
  en: 'Nothing can be restored from it with confidence. Use another backup.',
} as const

export const archiveProblems = defineProblems({
  'archive-name-ending': {
    exit: 'usage',
    ja: [
      'バックアップファイル名の末尾が.tar.zstでも.tar.gzでもありません({path})',
      '末尾が.tar.zstまたは.tar.gzのファイル名を指定してください。',
    ],
    en: [
      'The archive name ends in neither .tar.zst nor .tar.gz ({path})',
      'Give a file name that ends in .tar.zst or .tar.gz.',
    ],
  },
  'archive-path-relative': {
    exit: 'usage',
    ja: ['絶対パス名ではありません({path})', '「/」で始まる絶対パス名を指定してください。'],
    en: ['This is not an absolute path ({path})', 'Give an absolute path, one that begins with "/".'],
  },
  'archive-target-reserved': {
    exit: 'usage',
    ja: [
      'バックアップ対象の名称がバックアップファイルの管理情報と重なります({path})',
      '「/.untenseki」以外の場所を対象にしてください。',
    ],
    en: ["A backup target has the name of the archive's own records ({path})", 'Choose targets outside "/.untenseki".'],
  },
  'archive-target-missing': {
    exit: 'failedRestored',
    ja: ['バックアップ対象がありません({path})', 'ドメイン定義とサーバのディレクトリを確認してください。'],
    en: ['A backup target is missing ({path})', "Check the domain file and the server's directories."],
  },
  'archive-source-changed': {
    exit: 'failedRestored',
    ja: ['バックアップ中にファイルが変更されました({path}{holder})', runStopped.ja],
    en: ['A file changed while it was being archived ({path}{holder})', runStopped.en],
  },
  'archive-source-vanished': {
    exit: 'failedRestored',
    ja: ['バックアップ中にファイルがなくなりました({path}{holder})', runStopped.ja],
    en: ['A file vanished while the archive was being written ({path}{holder})', runStopped.en],
  },
  'archive-source-appeared': {
    exit: 'failedRestored',
    ja: ['バックアップ中にファイルが作成されました({path}{holder})', runStopped.ja],
    en: ['A file appeared while the archive was being written ({path}{holder})', runStopped.en],
  },
  'archive-source-unreadable': {
    exit: 'failedRestored',
    ja: ['バックアップ対象を読み込めません({path}: {text})', 'アクセス権とディスクの状態を確認してください。'],
    en: ['A backup target cannot be read ({path}: {text})', 'Check the permissions and the state of the disk.'],
  },
  'archive-source-kind': {
    exit: 'failedRestored',
    ja: [
      'バックアップできない種類のファイルがあります({path}: {kind})',
      'そのファイルを対象の外へ移すか,対象から外してください。',
    ],
    en: [
      'There is a file of a kind that cannot be archived ({path}: {kind})',
      'Move it out of the targets, or take it off the list of targets.',
    ],
  },
  'archive-worker-died': {
    exit: 'failedRestored',
    ja: [
      'バックアップファイルの処理が異常終了しました({text})',
      'ログを確認し,空きメモリを確かめてから,もう一度実行してください。',
    ],
    en: [
      'The process that handles the archive ended abnormally ({text})',
      'Look at the log, make sure that enough memory is free, then try again.',
    ],
  },
  'archive-missing': {
    exit: 'medium',
    ja: ['バックアップファイルがありません({path})', 'ファイル名を確認してください。'],
    en: ['There is no such archive ({path})', 'Check the file name.'],
  },
  'archive-unreadable': {
    exit: 'medium',
    ja: ['バックアップファイルを読み込めません({path}: {text})', 'アクセス権と媒体の状態を確認してください。'],
    en: ['The archive cannot be read ({path}: {text})', 'Check the permissions and the state of the medium.'],
  },
  'archive-no-manifest': {
    exit: 'warnings',
    ja: [
      'ほかのプログラムが作ったアーカイブで,照合する一覧がありません({path})',
      '終わりまで読めることだけを確かめました。内容が正しいかどうかは,作ったプログラムで確認してください。',
    ],
    en: [
      'The archive was made by another program and has no manifest to be checked against ({path})',
      'It can be read to its end, no more is known. Whether its content is right is for that program to say.',
    ],
  },
  'archive-not-an-archive': {
    exit: 'badArchive',
    ja: [
      '運転席のバックアップファイルではありません({path}: 先頭に.untenseki/header.jsonがありません)',
      'ファイル名を確認してください。ほかのプログラムが作ったtarは,--foreign を付けると一覧表示と取り出しができます。',
    ],
    en: [
      'This is no Untenseki archive ({path}: its first member is not .untenseki/header.json)',
      'Check the file name. What another program made can be listed and extracted with --foreign.',
    ],
  },
  'archive-header-invalid': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルの見出し(.untenseki/header.json)が正しくありません({path}: {text})',
      '新しい版で作成したバックアップであれば,その版で処理してください。',
    ],
    en: [
      "The archive's header, .untenseki/header.json, is not valid ({path}: {text})",
      'If a newer version made this archive, handle it with that version.',
    ],
  },
  'archive-format-newer': {
    exit: 'badArchive',
    ja: [
      '{path}は新しい版の形式({version})で書かれています',
      'そのバックアップを取得した版,又はより新しい版を使ってください。',
    ],
    en: ['{path} was written in a newer format ({version})', 'Use the version that wrote it, or a newer one.'],
  },
  'archive-truncated': {
    exit: 'badArchive',
    ja: ['バックアップファイルが途中で切れています({path}: {bytes}バイトまで,{member})', useAnother.ja],
    en: ['The archive is cut off ({path}: after {bytes} bytes, at {member})', useAnother.en],
  },
  'archive-member-differs': {
    exit: 'badArchive',
    ja: ['バックアップファイルの内容が壊れています({path}: 最初に異なるもの {member})', useAnother.ja],
    en: ['The archive is damaged ({path}: the first member that differs is {member})', useAnother.en],
  },
  'archive-name-clear': {
    exit: 'usage',
    ja: [
      'アーカイブを暗号化する設定ですが,名前の末尾が.ageではありません({path})',
      '末尾が.tar.zst.ageまたは.tar.gz.ageのファイル名を指定してください。',
    ],
    en: [
      'Archives are to be encrypted, but this name does not end in .age ({path})',
      'Give a file name that ends in .tar.zst.age or .tar.gz.age.',
    ],
  },
  'encryption-unset': {
    exit: 'usage',
    ja: [
      '暗号化する受信者がありません({path})',
      'ドメインファイルのmedia.encryption.recipientsに書くか,末尾の.ageを除いてください。',
    ],
    en: [
      'There is nobody to encrypt for ({path})',
      'State media.encryption.recipients in the domain file, or leave the .age away.',
    ],
  },
  'archive-encrypted': {
    exit: 'notPermitted',
    ja: [
      'バックアップファイルは暗号化されていて,復号する鍵がありません({path})',
      'ドメインファイルのmedia.encryptionにidentityFileまたはidentityCommandを書いてください。',
    ],
    en: [
      'The archive is encrypted and there is no identity to open it ({path})',
      'State identityFile or identityCommand in media.encryption of the domain file.',
    ],
  },
  'archive-identity-wrong': {
    exit: 'notPermitted',
    ja: ['この鍵ではバックアップファイルを復号できません({path})', '暗号化したときの受信者の鍵を指定してください。'],
    en: ['This identity does not open the archive ({path})', 'Give the identity of one of its recipients.'],
  },
  'identity-open': {
    exit: 'notPermitted',
    ja: [
      '復号する鍵のファイル「{path}」を,所有者以外も読み書きできます',
      '所有者だけが読めるように,許可モードを 0600 にしてください。',
    ],
    en: ['The file of the identity, "{path}", is open to others than its owner', 'Give it the mode 0600.'],
  },
  'identity-unreadable': {
    exit: 'notPermitted',
    ja: ['復号する鍵を読めません({path}: {text})', 'ageの鍵(AGE-SECRET-KEY-1…)を読めるようにしてください。'],
    en: ['The identity cannot be read ({path}: {text})', 'Make an age identity (AGE-SECRET-KEY-1…) readable there.'],
  },
  'archive-unauthentic': {
    exit: 'badArchive',
    ja: [
      '暗号化されたバックアップファイルが壊れているか,書き換えられています({path}: {offset}バイト目から)',
      useAnother.ja,
    ],
    en: ['The encrypted archive is damaged or was changed ({path}: from byte {offset} on)', useAnother.en],
  },
  'archive-damaged': {
    exit: 'badArchive',
    ja: ['バックアップファイルが壊れています({path}: {offset}バイト目から,{after}の後)', useAnother.ja],
    en: ['The archive is damaged ({path}: from byte {offset} on, after {after})', useAnother.en],
  },
  'archive-manifest-differs': {
    exit: 'badArchive',
    ja: ['バックアップファイルの内容と目録(.untenseki/manifest.jsonl)が一致しません({path}: {text})', useAnother.ja],
    en: ["The archive's members and its manifest do not agree ({path}: {text})", useAnother.en],
  },
  'archive-seal-differs': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルの末尾の封印が一致しません({path}: {offset}バイト目から)',
      '内容は目録と一致しましたが,改変または媒体の障害があります。別のバックアップを使ってください。',
    ],
    en: [
      'The seal at the end of the archive differs ({path}: from byte {offset} on)',
      'The members agree with the manifest, but the file was altered or its medium is failing. Use another backup.',
    ],
  },
  'archive-trailing-bytes': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルの終わりの後に余分なデータがあります({path}: {offset}バイト目から)',
      '改変または媒体の障害があります。別のバックアップを使ってください。',
    ],
    en: [
      'There is something after the end of the archive ({path}: from byte {offset} on)',
      'The file was altered or its medium is failing. Use another backup.',
    ],
  },
  'archive-name-unsafe': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルに展開先の外を指す名称があります({path}: {member},{text})',
      '運転席が作成したものではありません。展開していません。出所を確認してください。',
    ],
    en: [
      'The archive has a name that could lead out of its place ({path}: {member}, {text})',
      'No backup of this program has such a name. Nothing was put in place. Find out where the archive comes from.',
    ],
  },
  'archive-link-unsafe': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルに展開先の外へ通じるリンクがあります({path}: {member} -> {link})',
      '展開していません。出所を確認してください。',
    ],
    en: [
      'The archive has a link that could lead out of its place ({path}: {member} -> {link})',
      'Nothing was put in place. Find out where the archive comes from.',
    ],
  },
  'archive-member-twice': {
    exit: 'badArchive',
    ja: ['バックアップファイルに同じ名称が2回あります({path}: {member})', '展開していません。出所を確認してください。'],
    en: [
      'The archive has the same name twice ({path}: {member})',
      'Nothing was put in place. Find out where the archive comes from.',
    ],
  },
  'archive-member-kind': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルにスペシャルファイルがあります({path}: {member},{kind})',
      '必要であることを確かめた上で,明示して展開してください。',
    ],
    en: [
      'The archive has a special file ({path}: {member}, {kind})',
      'Make sure that it is wanted, then ask for special files explicitly.',
    ],
  },
  'extract-destination-missing': {
    exit: 'medium',
    ja: ['展開先のディレクトリがありません({path})', 'ディレクトリを作成するか,別の展開先を指定してください。'],
    en: ['The folder to extract into does not exist ({path})', 'Create it, or name another place.'],
  },
  'extract-destination-exists': {
    exit: 'medium',
    ja: ['展開先がすでにあります({path})', 'まだない名称か,空のディレクトリを指定してください。上書きはしません。'],
    en: [
      'There is something in the place to extract to ({path})',
      'Name a place that does not exist yet, or an empty folder. Nothing is ever overwritten.',
    ],
  },
  'extract-no-space': {
    exit: 'medium',
    ja: [
      '展開先の空き容量が足りません({path}: 必要{need}バイト,空き{free}バイト)',
      '空き容量を増やすか,別の展開先を指定してください。まだ何も展開していません。',
    ],
    en: [
      'The place to extract to has too little space ({path}: {need} bytes needed, {free} bytes free)',
      'Free some space, or name another place. Nothing was extracted yet.',
    ],
  },
  'extract-full': {
    exit: 'medium',
    ja: ['展開先の空き容量がなくなりました({member})', '空き容量を増やすか,別の展開先を指定してください。'],
    en: ['The place to extract to became full ({member})', 'Free some space, or name another place.'],
  },
  'extract-failed': {
    exit: 'medium',
    ja: ['展開できません({member}: {text})', 'アクセス権とディスクの状態を確認してください。'],
    en: ['This could not be extracted ({member}: {text})', 'Check the permissions and the state of the disk.'],
  },
  'extract-outside': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルに展開の対象外のものがあります({path}: {member})',
      '対象のサーバのバックアップファイルであるか確認してください。',
    ],
    en: [
      'The archive holds something that belongs nowhere here ({path}: {member})',
      'Make sure that it is a backup of this server.',
    ],
  },
  'extract-nothing-selected': {
    exit: 'usage',
    ja: ['バックアップファイルにありません({path}: {member})', '名称を一覧で確認してください。'],
    en: ['The archive holds no such member ({path}: {member})', 'Look up the name in its list.'],
  },
  'archive-not-tar': {
    exit: 'badArchive',
    ja: [
      'バックアップファイルでもtarのファイルでもありません({path})',
      'ファイル名を確認してください。zstdまたはgzipで圧縮したtar,圧縮しないtarを読み込めます。',
    ],
    en: [
      'This is neither a backup nor a tar archive ({path})',
      'Check the file name. Tar compressed with zstd or gzip can be read, and tar that is not compressed.',
    ],
  },
  'archive-tar-invalid': {
    exit: 'badArchive',
    ja: [
      'tarの形式が正しくありません({path}: 展開後の{offset}バイト目,{text})',
      '展開していません。壊れているか,故意に変えられています。別のファイルを使ってください。',
    ],
    en: [
      'The tar format is violated ({path}: byte {offset} of what is compressed, {text})',
      'Nothing was put in place. The file is damaged, or was altered on purpose. Use another one.',
    ],
  },
  'archive-expands': {
    exit: 'badArchive',
    ja: [
      'ファイルの大きさに比べて展開後が大きすぎます({path}: {bytes}バイト以上)',
      '展開していません。正しいものであることを確かめた上で,大きさを問わないことを明示して展開してください。',
    ],
    en: [
      'The archive would unpack to far more than its size ({path}: {bytes} bytes and more)',
      'Nothing was put in place. If it is what you expect, say explicitly that any size will do.',
    ],
  },
})
