import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Edit, Effect, Entity, EntityKind, SearchQuery } from '../../../shared/model/entity.ts'
import { toProblem } from '../../../shared/model/problem.ts'
import { journalPlaces } from '../../formats/journal-folder.ts'
import { readRecords } from '../../formats/journal-record.ts'
import { makeTestDomain, problemOf, type TestDomain, until } from '../testing/sample.ts'

type Asked = { action: Edit['action']; kind: EntityKind; id: string; name: string; org: string }

// Defects that break it: an edit that does half its work, a rule that only looks at the database and not at the edits before
// it, a record without its before-image, a replica that forgets a field, pages that are sorted one by one.
describe('changes and deletions through real processes', () => {
  let test: TestDomain
  beforeAll(async () => {
    test = await makeTestDomain()
    await test.start('hq-mas', 'object-server', 'address-service')
    await test.start('tk-ml1', 'object-server', 'address-service')
  }, 60_000)
  afterAll(() => test?.remove())

  const names = () => test.directory('hq-mas').names
  const edit = (...edits: Edit[]) => names().edit(edits, 'gmadmin')
  const all = async (kind: EntityKind, query: Partial<SearchQuery> = {}) =>
    (await names().search({ kind, limit: 5000, ...query })).rows
  const byId = async (kind: EntityKind, id: string) => (await all(kind, { ids: [id] }))[0]
  const registered = async (registration: Extract<Edit, { action: 'register' }>['registration']) => {
    const { entity } = await names().register(registration, 'gmadmin')
    return entity
  }

  it('writes before and after into every journal and brings both to the replica', async () => {
    const user = await registered({ kind: 'user', name: '変更 前' })
    const { effects, position } = await edit({
      action: 'change',
      kind: 'user',
      id: user.id,
      expected: user,
      name: '変更 後',
      organizationId: '1110',
      host: 'os-ml1',
    })
    const after: Entity = { ...user, name: '変更 後', organizationId: '1110', host: 'os-ml1' }
    expect(effects).toEqual([{ before: user, after }])
    const gone = await edit({ action: 'delete', kind: 'user', id: user.id })
    expect(gone).toMatchObject({ effects: [{ before: after, after: null }], position: { number: position.number + 1 } })
    for (const place of journalPlaces(test.domain)) {
      expect([...readRecords(place.file)].slice(-2)).toMatchObject([
        { action: 'change', before: user, after, number: position.number },
        { action: 'delete', before: after, after: null },
      ])
    }
    const replica = test.directory('tk-ml1').names
    await until(async () => (await replica.status()).position.number === gone.position.number)
    expect((await replica.search({ kind: 'user', ids: [user.id] })).rows).toEqual([])
  })

  it('makes no record for a change that changes nothing', async () => {
    const { position } = await names().status()
    expect(await edit({ action: 'change', kind: 'user', id: 'u00001' })).toEqual({ effects: [], position })
  })

  it('does all edits of a request or none, and names what is refused', async () => {
    const { position } = await names().status()
    const first: Edit = { action: 'register', registration: { kind: 'user', name: '一', id: 'whole1' } }
    expect(await problemOf(edit(first, { action: 'delete', kind: 'user', id: 'nobody' }))).toBe('entity-unknown')
    expect((await names().status()).position).toEqual(position)
    const { effects } = await edit(
      first,
      { action: 'change', kind: 'user', id: 'whole1', name: '二' },
      { action: 'delete', kind: 'user', id: 'whole1' },
    )
    expect(effects.map(({ before, after }) => [before?.name, after?.name])).toEqual([
      [undefined, '一'],
      ['一', '二'],
      ['二', undefined],
    ])
    expect(await byId('user', 'whole1')).toBeUndefined()
  })

  it('lets no request see what another one of the same transaction had to give up', async () => {
    const client = names()
    const ghost = (id: string): Edit => ({ action: 'register', registration: { kind: 'user', name: '幻', id } })
    const lost: Edit = { action: 'delete', kind: 'user', id: 'nobody' }
    // Sent together they become one transaction.
    const codes = await Promise.all(
      [
        [ghost('ghost'), lost],
        [{ action: 'change', kind: 'user', id: 'ghost', name: '実' } as const],
        [ghost('ghost')],
      ].map((edits) => problemOf(client.edit(edits, 'gmadmin'))),
    )
    expect(codes).toEqual(['entity-unknown', 'entity-unknown', null])
  })

  it('lets no second administrator overwrite what the first one changed', async () => {
    const seen = await registered({ kind: 'user', name: '同時' })
    await edit({ action: 'change', kind: 'user', id: seen.id, expected: seen, name: '先' })
    const late: Edit = { action: 'change', kind: 'user', id: seen.id, expected: seen, name: '後' }
    expect(await problemOf(edit(late))).toBe('entity-changed')
    expect(await problemOf(edit({ action: 'delete', kind: 'user', id: seen.id, expected: seen }))).toBe(
      'entity-changed',
    )
    expect((await byId('user', seen.id))?.name).toBe('先')
  })

  it('keeps organisations in a hierarchy that always has a top', async () => {
    const refused = (change: Edit) =>
      edit(change).then(
        () => null,
        (error: unknown) => toProblem(error),
      )
    expect(await refused({ action: 'delete', kind: 'organization', id: '1000' })).toMatchObject({
      code: 'organization-not-empty',
      params: { organizations: 4, groups: 2, boards: 1 },
    })
    const below: Edit = { action: 'change', kind: 'organization', id: '1100', organizationId: '1111' }
    expect(await problemOf(edit(below))).toBe('organization-cycle')
    expect(await problemOf(edit({ ...below, organizationId: '1100' }))).toBe('organization-cycle')
    expect(await problemOf(edit({ ...below, organizationId: 'none' }))).toBe('organization-unknown')
    await edit({ ...below, organizationId: null })
    expect(await all('organization', { organizationId: null })).toHaveLength(2)
    await edit({ ...below, organizationId: '1000' })
    const empty = await registered({ kind: 'organization', name: '空' })
    await edit({ action: 'delete', kind: 'organization', id: empty.id })
    const user = await registered({ kind: 'user', name: '無所属' })
    const nowhere: Edit = { action: 'change', kind: 'user', id: user.id, organizationId: null }
    expect(await problemOf(edit(nowhere))).toBe('organization-unknown')
  })

  it('nests boards at most five levels, also when a board moves with those below it', async () => {
    const ids = ['n1', 'n2', 'n3', 'n4', 'n5']
    for (const [level, id] of ids.entries()) {
      const above = ids[level - 1]
      await registered({ kind: 'board', name: id, id, ...(above === undefined ? {} : { parentId: above }) })
    }
    expect(await problemOf(names().register({ kind: 'board', name: 'n6', parentId: 'n5' }, 'a'))).toBe('board-too-deep')
    await registered({ kind: 'board', name: 'm1', id: 'm1' })
    await registered({ kind: 'board', name: 'm2', id: 'm2', parentId: 'm1' })
    const move: Edit = { action: 'change', kind: 'board', id: 'm1', parentId: 'n4' }
    expect(await problemOf(edit(move))).toBe('board-too-deep')
    expect(await problemOf(edit({ ...move, id: 'n1', parentId: 'n3' }))).toBe('board-cycle')
    expect(await problemOf(edit({ ...move, parentId: 'none' }))).toBe('board-unknown')
    await edit({ ...move, parentId: 'n3' })
    expect((await all('board', { parentId: 'n3' })).map(({ id }) => id)).toEqual(['m1', 'n4'])
    expect(await problemOf(edit({ action: 'delete', kind: 'board', id: 'm1' }))).toBe('board-not-empty')
    await edit({ action: 'delete', kind: 'board', id: 'm2' }, { action: 'delete', kind: 'board', id: 'm1' })
  })

  it('takes users who are deleted out of their groups', async () => {
    const users = await Promise.all(['甲', '乙', '丙'].map((name) => registered({ kind: 'user', name })))
    const members = users.map(({ id }) => id)
    const group = await registered({ kind: 'group', name: '三人', members })
    expect(group.members).toEqual([...members].sort())
    expect(await problemOf(names().register({ kind: 'group', name: '誰', members: ['nobody'] }, 'a'))).toBe(
      'member-unknown',
    )
    const { effects } = await edit(...members.slice(0, 2).map((id): Edit => ({ action: 'delete', kind: 'user', id })))
    expect(effects).toHaveLength(3)
    expect((await byId('group', group.id))?.members).toEqual([members[2]])
    const replica = test.directory('tk-ml1').names
    await until(async () => (await replica.search({ kind: 'group', ids: [group.id] })).rows[0]?.members?.length === 1)
  })

  it('refuses under 排他 like a registration', async () => {
    const { lock } = test.directory('hq-mas')
    const owner = { operator: 'other', host: 'console2', pid: 1, kind: 'console' } as const
    const { token } = await lock.acquire(owner, 10_000)
    expect(await problemOf(edit({ action: 'delete', kind: 'user', id: 'u00002' }))).toBe('registration-locked')
    await lock.release(token)
  })

  it('gives no id twice, also where someone took a number that was still to come', async () => {
    const next = await registered({ kind: 'user', name: '次' })
    const number = Number(next.id.slice(1)) + 1
    const taken = `u${String(number).padStart(5, '0')}`
    await registered({ kind: 'user', name: '先取り', id: taken })
    expect((await registered({ kind: 'user', name: 'その次' })).id).toBe(`u${String(number + 1).padStart(5, '0')}`)
  })

  it('agrees with a model over random edits, and sorts whole lists, not pages', async () => {
    const ids = ['a', 'B', 'c', 'D', 'e']
    const id = fc.constantFrom(...ids)
    const org = fc.constantFrom('1000', '1100', 'oa', 'oB')
    const name = fc.constantFrom('佐藤', '鈴木 一郎', 'abc', 'ABD', '田中%', 'x_y')
    const anEdit = fc.oneof(
      fc.record({ action: fc.constant('register' as const), kind: fc.constant('user' as const), id, name, org }),
      fc.record({ action: fc.constant('change' as const), kind: fc.constant('user' as const), id, name, org }),
      fc.record({ action: fc.constant('delete' as const), kind: fc.constant('user' as const), id, name, org }),
      fc.record({
        action: fc.constantFrom('register' as const, 'change' as const, 'delete' as const),
        kind: fc.constant('organization' as const),
        id: fc.constantFrom('oa', 'oB'),
        name,
        org,
      }),
    )
    const model = new Map<string, Entity>()
    for (const kind of ['user', 'organization'] as const) {
      for (const entity of await all(kind)) model.set(`${kind} ${entity.id}`, entity)
    }
    const has = (kind: EntityKind, wanted: string) => model.has(`${kind} ${wanted}`)
    const isBelow = (wanted: string, above: string): boolean => {
      const parent = model.get(`organization ${wanted}`)?.organizationId ?? null
      return wanted === above || (parent !== null && isBelow(parent, above))
    }
    const perform = (asked: Asked): Effect | string => {
      const key = `${asked.kind} ${asked.id}`
      const before = model.get(key) ?? null
      if (asked.action === 'register' && before !== null) {
        return has('organization', asked.org) ? 'entity-exists' : 'organization-unknown'
      }
      if (asked.action !== 'register' && before === null) return 'entity-unknown'
      if (asked.action === 'delete') {
        if ([...model.values()].some((one) => asked.kind === 'organization' && one.organizationId === asked.id))
          return 'organization-not-empty'
        return { before, after: null }
      }
      if (!has('organization', asked.org)) return 'organization-unknown'
      if (asked.kind === 'organization' && before !== null && isBelow(asked.org, asked.id)) return 'organization-cycle'
      const host = asked.kind === 'user' ? 'hq-mas' : null
      return { before, after: { kind: asked.kind, id: asked.id, name: asked.name, organizationId: asked.org, host } }
    }
    const apply = ({ before, after }: Effect) => {
      if (before !== null) model.delete(`${before.kind} ${before.id}`)
      if (after !== null) model.set(`${after.kind} ${after.id}`, after)
    }
    const request = ({ action, kind, id: own, name: called, org: at }: Asked): Edit => {
      if (action === 'register') return { action, registration: { kind, id: own, name: called, organizationId: at } }
      return action === 'change'
        ? { action, kind, id: own, name: called, organizationId: at }
        : { action: 'delete', kind, id: own }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(anEdit, { minLength: 1, maxLength: 4 }), async (asked) => {
        const saved = new Map(model)
        let expected: string | null = null
        for (const one of asked) {
          const effect = perform(one)
          if (typeof effect === 'string') {
            expected = effect
            break
          }
          apply(effect)
        }
        if (expected !== null) {
          model.clear()
          for (const [key, entity] of saved) model.set(key, entity)
        }
        expect(await problemOf(edit(...asked.map(request)))).toBe(expected)
      }),
      { numRuns: 150, endOnFailure: true },
    )
    for (const kind of ['user', 'organization'] as const) {
      const wanted = [...model.values()].filter((entity) => entity.kind === kind)
      for (const word of ['', 'ab', '%', '_', '鈴木', 'o']) {
        const found = await all(kind, { name: word })
        const lower = (text: string) => text.toLowerCase()
        const hits = wanted.filter((one) => lower(one.name).includes(word) || lower(one.id).includes(word))
        expect(found.map((one) => one.id)).toEqual(hits.map((one) => one.id).sort())
      }
      for (const descending of [false, true]) {
        const pages: Entity[] = []
        for (let offset = 0; offset < wanted.length; offset += 7) {
          pages.push(...(await all(kind, { sort: { by: 'name', descending }, limit: 7, offset })))
        }
        const order = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))
        const keyed = [...wanted].sort(
          (one, other) =>
            (descending ? -1 : 1) * order(one.name.toLowerCase(), other.name.toLowerCase()) || order(one.id, other.id),
        )
        expect(pages.map((one) => one.id)).toEqual(keyed.map((one) => one.id))
      }
    }
  }, 120_000)
})
