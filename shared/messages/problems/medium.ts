import { defineProblems } from './table.ts'

/** Files, devices and volumes that archives are written to, their second copies, and which of them are kept. */
export const mediumProblems = defineProblems({
  'medium-exists': {
    exit: 'medium',
    ja: ['同じ名称のファイルがすでにあります({path})', '別のファイル名を指定してください。上書きはしません。'],
    en: ['A file of this name exists already ({path})', 'Give another name. Nothing is ever overwritten.'],
  },
  'medium-partial-exists': {
    exit: 'medium',
    ja: [
      '中断されたバックアップの書きかけのファイルが残っています({path})',
      'ほかのバックアップが実行中でないことを確認し,そのファイルを削除してから実行してください。',
    ],
    en: [
      'The unfinished file of an interrupted backup is still there ({path})',
      'Make sure that no other backup is writing it, remove it, then try again.',
    ],
  },
  'device-kind': {
    exit: 'medium',
    ja: [
      'ブロックデバイスでも磁気テープでもない装置には書き込めません({path})',
      '磁気テープ又はブロックデバイスのスペシャルファイル名を指定してください。',
    ],
    en: [
      'This device is neither a block device nor a tape ({path})',
      'Name the special file of a tape or block device.',
    ],
  },
  'device-mounted': {
    exit: 'medium',
    ja: ['その装置は{folder}にマウントされています({path})', 'アンマウントするか,別の装置を指定してください。'],
    en: ['The device is mounted at {folder} ({path})', 'Unmount it, or name another device.'],
  },
  'device-in-use': {
    exit: 'medium',
    ja: ['その装置は使用中です({path}: {by})', '使用を終えるか,別の装置を指定してください。'],
    en: ['The device is in use ({path}: {by})', 'End that use, or name another device.'],
  },
  'device-holds-data': {
    exit: 'medium',
    ja: [
      'その装置には,すでにデータがあります({path}: {what})',
      '装置を確認してください。内容を捨ててよい場合だけ,--overwrite-medium を付けて実行してください。',
    ],
    en: [
      'The device holds data already ({path}: {what})',
      'Check that it is the right one. Give --overwrite-medium only when what it holds may be lost.',
    ],
  },
  'device-holds-archive': {
    exit: 'medium',
    ja: [
      'その装置には,{createdAt}のバックアップがあります({path}: {label})',
      '別の媒体に取り替えてください。捨ててよい場合だけ,--overwrite-medium を付けて実行してください。',
    ],
    en: [
      'The device holds a backup of {createdAt} ({path}: {label})',
      'Put another volume in. Give --overwrite-medium only when that backup may be lost.',
    ],
  },
  'device-holds-unfinished': {
    exit: 'medium',
    ja: [
      'その装置には,{createdAt}に中断されたバックアップが残っています({path}: {label})',
      'ほかのバックアップが書き込み中でないことを確認し,--overwrite-medium を付けて実行してください。',
    ],
    en: [
      'The device holds a backup that was interrupted, of {createdAt} ({path}: {label})',
      'Make sure that no other backup is writing it, then give --overwrite-medium.',
    ],
  },
  'volume-none': {
    exit: 'badArchive',
    ja: ['その装置に,運転席のバックアップはありません({path})', '媒体と装置名を確認してください。'],
    en: ['The device holds no backup of this product ({path})', 'Check the medium and the name of the device.'],
  },
  'volume-wanted': {
    exit: 'medium',
    ja: [
      'このアーカイブを読むには{number}巻目の媒体(ラベル {label})が必要です({path})',
      '媒体を装置に入れて,画面又は端末でもう一度行うか,そのスペシャルファイル名を --volume で指定してください。',
    ],
    en: [
      'Volume {number} of this archive, label {label}, is wanted ({path})',
      'Put it in, then do it again in the window or at a terminal, or name its special file with --volume.',
    ],
  },
  'volume-other': {
    exit: 'medium',
    ja: ['別の媒体が入っています({path}: {label})。必要な媒体は {wanted} です', '正しい媒体に取り替えてください。'],
    en: ['Another volume is in ({path}: {label}); {wanted} is wanted', 'Put the right one in.'],
  },
  'volume-unfinished': {
    exit: 'badArchive',
    ja: [
      'その媒体への書き込みは途中で終わっています({path}: {label})',
      'この媒体からは回復できません。別のバックアップを使ってください。',
    ],
    en: [
      'The writing of this volume was interrupted ({path}: {label})',
      'Nothing can be restored from it. Use another backup.',
    ],
  },
  'copy-same-filesystem': {
    exit: 'warnings',
    ja: [
      'コピーは元のバックアップファイルと同じファイルシステムにあります({path})',
      '別の媒体にもコピーしてください。',
    ],
    en: ['The copy lies on the same filesystem as the archive ({path})', 'Make another one on another medium.'],
  },
  'retention-unset': {
    exit: 'usage',
    ja: ['保存世代の規則がありません({file})', 'ドメインファイルのmedia.retentionに,残す世代数を書いてください。'],
    en: ['There is no retention policy ({file})', 'State in media.retention of the domain file how much to keep.'],
  },
  'copy-differs': {
    exit: 'badArchive',
    ja: [
      '二次媒体のコピーを読み戻した結果が,元のバックアップファイル({archive})と一致しません({path})',
      '媒体が故障しているおそれがあります。媒体を取り替えて,もう一度コピーしてください。',
    ],
    en: [
      'The second copy, read back, differs from the archive {archive} ({path})',
      'Its medium may be failing. Copy again to another one.',
    ],
  },
  'medium-partial-live': {
    exit: 'medium',
    ja: ['そのファイルは現在書き込み中です({path})', '書き込みが終わるのを待ってから,もう一度実行してください。'],
    en: ['That file is being written right now ({path})', 'Wait until its writer has ended, then try again.'],
  },
  'medium-next-volume': {
    exit: 'medium',
    ja: [
      '媒体が終わりに達しましたが,次の媒体({number}巻目,ラベル {label})を要求できません({path})',
      '画面または端末から実行して媒体を取り替えるか,容量の大きい媒体を使ってください。',
    ],
    en: [
      'The medium is full and nobody can be asked for volume {number}, label {label} ({path})',
      'Run it from the window or a terminal to change volumes, or use a larger medium.',
    ],
  },
  'medium-not-mounted': {
    exit: 'medium',
    ja: [
      'フォルダ「{path}」に媒体がマウントされていません',
      '媒体をセットしてマウントしてから,もう一度実行してください。',
    ],
    en: ['Nothing is mounted on the folder "{path}"', 'Put the medium in, mount it, then try again.'],
  },
  'medium-folder-missing': {
    exit: 'medium',
    ja: [
      'バックアップ先のディレクトリがありません({path})',
      '既存のディレクトリを指定するか,ディレクトリを作成してください。',
    ],
    en: ['The folder for the archive does not exist ({path})', 'Name an existing folder, or create it.'],
  },
  'medium-not-writable': {
    exit: 'medium',
    ja: [
      'バックアップ先に書き込めません({path}: {text})',
      'アクセス権を確認するか,別のディレクトリを指定してください。',
    ],
    en: ['The archive cannot be written there ({path}: {text})', 'Check the permissions, or name another folder.'],
  },
  'medium-inside-target': {
    exit: 'medium',
    ja: [
      'バックアップ先がバックアップ対象({target})の中にあります({path})',
      'バックアップ対象の外のディレクトリを指定してください。',
    ],
    en: [
      'The archive would lie inside a backup target, {target} ({path})',
      'Name a folder outside every backup target.',
    ],
  },
  'medium-too-small': {
    exit: 'medium',
    ja: [
      'バックアップ先の空き容量が不足しています({path}: 必要 {need}バイト,空き {free}バイト)',
      '空き容量を増やすか,別のバックアップ先を指定してください。',
    ],
    en: [
      'There is too little space for the archive ({path}: {need} bytes needed, {free} bytes free)',
      'Free some space, or name another place.',
    ],
  },
  'medium-full': {
    exit: 'medium',
    ja: [
      '書き込み中にバックアップ先の空き容量がなくなりました({path})',
      '空き容量を増やすか,別のバックアップ先を指定してください。書きかけのファイルは残していません。',
    ],
    en: [
      'The medium became full while the archive was being written ({path})',
      'Free some space, or name another place. The unfinished file was removed.',
    ],
  },
  'medium-file-too-large': {
    exit: 'medium',
    ja: [
      '媒体のファイルシステム又は利用者の制限が,この大きさのファイルを許しません({path})',
      '大きいファイルを扱える媒体(ext4,xfsなど)に替えるか,装置に直接出力してください。FATの上限は4GiBです。',
    ],
    en: [
      "A file of this size is beyond what the medium's filesystem, or this account's limit, allows ({path})",
      'Use a medium that takes large files (ext4, xfs), or write to the device itself. FAT ends at 4 GiB.',
    ],
  },
  'medium-failed': {
    exit: 'medium',
    ja: ['バックアップ先の入出力で障害が発生しました({path}: {text})', '媒体の状態を確認してください。'],
    en: ['Input or output on the medium failed ({path}: {text})', 'Check the state of the medium.'],
  },
})
