import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entity } from '../../../shared/model/entity.ts'
import { createRandom, pick } from './random.ts'

type Body = { readonly charset: string; readonly encoding: string; readonly content: Buffer }

/** Bodies as old clients sent them: Node has no encoder for ISO-2022-JP, so these are its bytes. */
const oldBodies = [
  'GyRCJCpIaCRsJDUkXiRHJDkhIxsoQgobJEJNaD01JE5Eak5jMnE1RCRPMlBNS0Z8JE4bKEIxMBskQjt+JCskaUJoRnMycTVEPDwkRzlUJCQkXiQ5ISMbKEIKGyRCO3FOQSRPQTBGfCReJEckSzYmTS0lVSUpJWslQCRYQ1YkJCRGJC8kQCQ1JCQhIxsoQgo=',
  'GyRCM0YwTBsoQgoKGyRCN25LdiRORHkkYT1oTX0kTiQ/JGEbKEIsGyRCTGs0ViRLJTUhPCVQJHJEZDtfJDckXiQ5ISMbKEIKGyRCRGQ7Xzt+NFYkTxsoQjAyOjAwGyRCJCskaRsoQjAzOjAwGyRCJF4kRyROTT1EaiRHJDkhIxsoQgo=',
  'GyRCJDRDbUo4JE43bxsoQiwbJEI+NSRqJF4kNyQ/ISMbKEIKGyRCRzw0fCRPREkkQyRGJDRPIk1tJDckXiQ5ISMkaCRtJDckLyQqNGokJCQ3JF4kOSEjGyhCCg==',
]

const newBodies = [
  '見積書の件,確認しました。金額はこのままで進めてください。\r\n',
  '本日の打ち合わせの議事録です。修正があれば今日中にお願いします。\r\n',
  '健康診断の日程が決まりました。掲示板を確認してください。\r\n',
  '新しい電話番号表を配ります。古いものは廃棄してください。\r\n',
]

const bodies: readonly Body[] = [
  ...oldBodies.map(
    (text): Body => ({ charset: 'ISO-2022-JP', encoding: '7bit', content: Buffer.from(text, 'base64') }),
  ),
  ...newBodies.map((text): Body => ({ charset: 'UTF-8', encoding: '8bit', content: Buffer.from(text) })),
]
const subjects = [
  '定例会議のお知らせ',
  '月次報告',
  '見積書の送付',
  '議事録',
  '電話番号表',
  'サーバ停止のお知らせ',
  '出張申請',
]

/** First day of the sample's mails, and how many days they cover. */
const firstDay = Date.UTC(2026, 0, 5)
const days = 320

export type Mailbox = { readonly user: Entity; readonly folder: string }

/**
 * Writes `count` mails into the boxes, one file each, deterministic. They are not synced: a power failure right after
 * the making may cost sample mails, never the domain.
 */
export function writeMails(boxes: readonly Mailbox[], count: number): void {
  if (boxes.length === 0) return
  const random = createRandom(19_960_401)
  for (const { folder } of boxes) mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (let index = 0; index < count; index += 1) {
    const { user, folder } = pick(random, boxes)
    const at = new Date(firstDay + Math.floor(random() * days * 86_400) * 1000)
    const mail = composeMail(index, at, pick(random, boxes).user, user, pick(random, subjects), pick(random, bodies))
    const pages = random() < 0.02 ? 2000 : Math.floor(random() * 40)
    const content = [mail, ...Array.from({ length: pages }, () => Buffer.from('-'.repeat(70).concat('\r\n')))]
    writeFileSync(join(folder, `${at.getTime()}-${String(index).padStart(6, '0')}.eml`), Buffer.concat(content), {
      mode: 0o600,
    })
  }
}

function composeMail(index: number, at: Date, from: Entity, to: Entity, subject: string, body: Body): Buffer {
  const address = (user: Entity): string => `${encodedWord(user.name)} <${user.id}@${user.host}>`
  const head = [
    `Received: from ${from.host} by ${to.host} with SMTP; ${at.toUTCString()}`,
    `Message-ID: <${at.getTime()}.${index}@${from.host}>`,
    `Date: ${at.toUTCString()}`,
    `From: ${address(from)}`,
    `To: ${address(to)}`,
    `Subject: ${encodedWord(subject)}`,
    'MIME-Version: 1.0',
    `Content-Type: text/plain; charset=${body.charset}`,
    `Content-Transfer-Encoding: ${body.encoding}`,
    '',
    '',
  ]
  return Buffer.concat([Buffer.from(head.join('\r\n')), body.content])
}

function encodedWord(text: string): string {
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
}
