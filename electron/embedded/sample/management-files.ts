import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Domain, ServerConfig } from '../../../shared/model/domain.ts'
import {
  layoutFolders,
  parameterFilePath,
  publicInfoPath,
  serverJournalFolder,
  serverRoot,
} from '../../formats/layout.ts'
import { renderAreas } from '../../formats/parameter-file.ts'
import { renderPublicInfo } from '../../formats/public-info.ts'
import { sampleAreas } from './databases.ts'

/** 「帳票設定.txt」 in EUC-JP, as sites have had it since before UTF-8. */
const eucJpName = Buffer.from('c4a2c9bcc0dfc4ea2e747874', 'hex')

/** Plain settings as a server keeps them; their contents are our own. */
const settings: readonly (readonly [path: string, text: string])[] = [
  ['Groupmax/version', 'Groupmax Address/Mail Version 6 (sample)\n'],
  ['nxcdir/site.conf', 'SITE=本社\nLOCALE=ja_JP.eucJP\n'],
  ['nxcdir/alias', '# 別名の一覧\npostmaster u00001\n'],
  ['nxrdir/relay.conf', 'RETRY_INTERVAL=600\nRETRY_LIMIT=48\n'],
  ['nxsdir/server.conf', 'MAX_SESSIONS=200\n'],
  ['oafkairan/kairan.conf', '# 回覧\nKEEP_DAYS=90\n'],
  ['oafkairan/kairan.idx', ''],
  ['x400/config/mta.conf', 'ADMD=SAMPLE\nPRMD=NIHON\nCOUNTRY=JP\n'],
  ['x400/runtime/queue.idx', ''],
  ['isp/isp.conf', 'CHARSET=ISO-2022-JP\n'],
]

/**
 * Writes the management files of one server: the manual's folders, `gmpublicinfo`, the 初期設定パラメタファイル, a link of each kind,
 * and a file whose name is EUC-JP. `journal` is the value of `MNG_JOURNAL`, null for none.
 */
export function writeManagementFiles(domain: Domain, server: ServerConfig, journal: string | null): void {
  const root = serverRoot(server)
  const write = (path: string | Buffer, text: string): void => writeFileSync(path, text, { mode: 0o600 })
  for (const folder of layoutFolders) mkdirSync(join(root, folder), { recursive: true, mode: 0o700 })
  for (const [path, text] of settings) write(join(root, path), text)
  mkdirSync(dirname(publicInfoPath(server)), { recursive: true, mode: 0o700 })
  write(publicInfoPath(server), renderPublicInfo({ mngJournal: journal }))
  write(parameterFilePath(server), renderAreas(sampleAreas(server), parameterFilePath(server)))
  write(join(root, 'nxcdir', 'servers'), domain.servers.map(({ host, name }) => `${host} ${name}\n`).join(''))
  write(Buffer.concat([Buffer.from(`${join(root, 'nxcdir')}/`), eucJpName]), '帳票=A4\n')
  linkSync(join(root, 'nxsdir', 'server.conf'), join(root, 'nxsdir', 'server.conf.orig'))
  symlinkSync('site.conf', join(root, 'nxcdir', 'current.conf'))
  if (server.roles.includes('master')) mkdirSync(serverJournalFolder(server), { recursive: true, mode: 0o700 })
  if (journal !== null) mkdirSync(journal, { recursive: true, mode: 0o700 })
}
