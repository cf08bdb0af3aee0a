import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { toProblem } from '../../shared/model/problem.ts'
import { readRegistrationCsv } from './registration-csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'csv-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'names.csv')

async function read(bytes: string | Uint8Array, encoding: 'utf-8' | 'cp932' | 'euc-jp' = 'utf-8') {
  writeFileSync(file, bytes)
  const { registrations, wrong } = await readRegistrationCsv(file, encoding)
  return { registrations, wrong: wrong.map(({ line, problem }) => [line, problem.code]) }
}
const problemOf = (bytes: string) =>
  read(bytes).then(
    () => null,
    (error: unknown) => toProblem(error),
  )

// Defects that break it: a line number that counts records, a byte that spoils more than its line, a byte order mark taken
// for a part of the first head, a wrong line that ends the reading.
describe('registrations in a CSV file', () => {
  it('have heads in either language, in any order, with any line end and a byte order mark', async () => {
    expect(await read('\uFEFF氏名,ID,種別,組織ID\r\n佐藤 花子,s1,ユーザ,1110\r\n\r\n営業,o1,組織,\r\n')).toEqual({
      registrations: [
        { line: 2, registration: { kind: 'user', name: '佐藤 花子', id: 's1', organizationId: '1110' } },
        { line: 4, registration: { kind: 'organization', name: '営業', id: 'o1' } },
      ],
      wrong: [],
    })
    expect(await read('name,members,kind\n"当番, 夜",u1 u2;u3,group')).toMatchObject({
      registrations: [{ line: 2, registration: { name: '当番, 夜', members: ['u1', 'u2', 'u3'] } }],
    })
  })

  it('are read as the encoding says; a byte that is none of it spoils its own line only', async () => {
    // 佐藤① in CP932, the last a character that only Microsoft's Shift_JIS has.
    const sato = Buffer.from([0x8d, 0xb2, 0x93, 0xa1, 0x87, 0x40])
    const bytes = Buffer.concat([Buffer.from('name,id\n'), sato, Buffer.from(',s1\n'), Buffer.from('鈴木,s2\nx,s3\n')])
    const broken = Buffer.concat([Buffer.from('name,id\nx,s1\n'), sato, Buffer.from(',s2\ny,s3\n')])
    expect((await read(bytes, 'cp932')).registrations[0]?.registration.name).toBe('佐藤①')
    expect(await read(broken)).toMatchObject({
      registrations: [{ line: 2 }, { line: 4, registration: { name: 'y' } }],
      wrong: [[3, 'csv-encoding-wrong']],
    })
    const euc = Buffer.from([0xba, 0xb4, 0xc6, 0xa3])
    expect(
      (await read(Buffer.concat([Buffer.from('name\n'), euc]), 'euc-jp')).registrations[0]?.registration.name,
    ).toBe('佐藤')
  })

  it('that are wrong are all named by line, and the others are read on', async () => {
    const text =
      'kind,name,id\nuser,,\nalien,x,\nuser,good,ok1\nuser,y,"no good"\nuser,z\nuser,"a\nb",\nuser,last,ok2\n'
    const { registrations, wrong } = await read(text)
    expect(registrations.map(({ line, registration }) => [line, registration.id])).toEqual([
      [4, 'ok1'],
      [9, 'ok2'],
    ])
    expect(wrong).toEqual([
      [2, 'csv-value-wrong'],
      [3, 'csv-value-wrong'],
      [5, 'csv-value-wrong'],
      [6, 'csv-fields-wrong'],
      [8, 'csv-value-wrong'],
    ])
  })

  it.each([
    ['', 'csv-heads-wrong'],
    ['name,colour\n', 'csv-heads-wrong'],
    ['id\nx\n', 'csv-heads-wrong'],
    ['name,名前\n', 'csv-heads-wrong'],
    ['name\nx\n"y\nz\n', 'csv-syntax'],
  ])('%j is refused whole: %s', async (text, code) => {
    expect(await problemOf(text)).toMatchObject({ code, exitCode: 64 })
  })

  it('that cannot be read are refused with the file', async () => {
    await expect(readRegistrationCsv(folder, 'utf-8')).rejects.toMatchObject({ problem: { code: 'csv-unreadable' } })
    await expect(readRegistrationCsv(`${file}.none`, 'utf-8')).rejects.toMatchObject({
      problem: { code: 'csv-unreadable' },
    })
  })

  it('come back as they were written, and any bytes end in an answer or a problem of ours', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => {
      return (
        text.trim() === text && text !== '' && Buffer.from(text).toString() === text && !/\p{Cc}|\uFEFF/u.test(text)
      )
    })
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 8 }), async (names) => {
        const quoted = names.map((one) => `"${one.replaceAll('"', '""')}"`)
        const { registrations } = await read(`name\n${quoted.join('\n')}\n`)
        expect(registrations.map(({ registration }) => registration.name)).toEqual(names)
      }),
      { numRuns: 60 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const outcome = await read(Buffer.concat([Buffer.from('name,id\n'), bytes]), 'cp932').catch(toProblem)
        if ('code' in outcome) expect(outcome.code).toBe('csv-syntax')
      }),
      { numRuns: 150 },
    )
  })
})
