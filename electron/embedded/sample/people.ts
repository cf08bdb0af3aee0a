import type { Entity } from '../../../shared/model/entity.ts'
import { createRandom, pick } from './random.ts'

/** Organisations of the sample company: id, name, parent. 28 of them, nested four deep. */
const organizations: readonly (readonly [id: string, name: string, parent: string | null])[] = [
  ['1000', '日本商事', null],
  ['1100', '営業本部', '1000'],
  ['1110', '第一営業部', '1100'],
  ['1111', '官公庁課', '1110'],
  ['1112', '金融課', '1110'],
  ['1120', '第二営業部', '1100'],
  ['1121', '流通課', '1120'],
  ['1122', '製造課', '1120'],
  ['1130', '海外営業部', '1100'],
  ['1200', '技術本部', '1000'],
  ['1210', '開発部', '1200'],
  ['1211', '基盤開発課', '1210'],
  ['1212', '応用開発課', '1210'],
  ['1220', '品質保証部', '1200'],
  ['1230', '保守部', '1200'],
  ['1300', '管理本部', '1000'],
  ['1310', '総務部', '1300'],
  ['1320', '人事部', '1300'],
  ['1330', '経理部', '1300'],
  ['1340', '情報システム部', '1300'],
  ['1341', '運用課', '1340'],
  ['1342', '企画課', '1340'],
  ['2000', '大阪支社', '1000'],
  ['2100', '関西営業部', '2000'],
  ['2110', '京阪神課', '2100'],
  ['2120', '北陸課', '2100'],
  ['2200', '関西技術部', '2000'],
  ['2300', '支社総務課', '2000'],
]

const groups: readonly (readonly [id: string, name: string, organizationId: string])[] = [
  ['g0001', '全社連絡', '1000'],
  ['g0002', '部長会', '1000'],
  ['g0003', '安全衛生委員会', '1300'],
  ['g0004', '新人研修', '1320'],
  ['g0005', '大阪支社連絡', '2000'],
  ['g0006', '運用当番', '1341'],
]

const boards: readonly (readonly [id: string, name: string, organizationId: string])[] = [
  ['b0001', '社内掲示板', '1000'],
  ['b0002', '人事からのお知らせ', '1320'],
  ['b0003', '情報システム部からのお知らせ', '1340'],
  ['b0004', '大阪支社掲示板', '2000'],
]

const familyNames =
  '佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 岡本 金子 中川 中野 原田 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 増田 丸山 杉山 村田 大塚 新井 小山'.split(
    ' ',
  )
const givenNames =
  '一郎 健太 翔太 大輔 誠 浩 直樹 和也 拓也 隆 修 茂 博之 雄一 俊介 剛 学 亮 純一 秀樹 正人 康弘 智也 哲也 達也 花子 美咲 陽子 恵子 由美子 幸子 久美子 真由美 裕子 明美 智子 直美 香織 優子 愛 綾 千尋 彩 舞 沙織 麻衣 めぐみ さくら ひとみ みどり'.split(
    ' ',
  )

/** The registered entities of the sample domain: users `u00001` … on the given mail servers, deterministic. */
export function samplePeople(users: number, hosts: readonly string[]): readonly Entity[] {
  const random = createRandom(20_021_122)
  const homes = organizations.filter(([id]) => id !== '1000').map(([id]) => id)
  const made: Entity[] = [
    ...organizations.map(
      ([id, name, organizationId]): Entity => ({ kind: 'organization', id, name, organizationId, host: null }),
    ),
    ...groups.map(([id, name, organizationId]): Entity => ({ kind: 'group', id, name, organizationId, host: null })),
    ...boards.map(([id, name, organizationId]): Entity => ({ kind: 'board', id, name, organizationId, host: null })),
  ]
  for (let number = 1; number <= users; number += 1) {
    const organizationId = homes[(number - 1) % homes.length] ?? '1000'
    const host = organizationId.startsWith('2') ? hosts.at(-1) : hosts[number % Math.max(1, hosts.length - 1)]
    const name = `${pick(random, familyNames)} ${pick(random, givenNames)}`
    made.push({ kind: 'user', id: `u${String(number).padStart(5, '0')}`, name, organizationId, host: host ?? null })
  }
  return made
}
