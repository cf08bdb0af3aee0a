import fc from 'fast-check'

export const hosts = ['hq-mas', 'tk-ml1', 'os-ml1'] as const
export type Host = (typeof hosts)[number]
export const replicas = ['tk-ml1', 'os-ml1'] as const

const host = fc.constantFrom(...hosts)
/** Chooses among what there is when its operation's turn comes. */
const pick = fc.nat(1_000_000)
const killAfterMs = fc.option(fc.integer({ min: 50, max: 3000 }), { freq: 3 })
/** How what was killed is settled. */
const recovery = fc.constantFrom('rollback' as const, 'resume' as const)

/** What becomes of a journal: nothing; all of it gone; its sealed segments gone; one of its records unreadable. */
const fate = (kept: number) =>
  fc.oneof(
    { weight: kept, arbitrary: fc.constant('kept' as const) },
    { weight: 2, arbitrary: fc.constant('gone' as const) },
    { weight: 3, arbitrary: fc.constant('old-gone' as const) },
    { weight: 2, arbitrary: fc.constant('damaged' as const) },
  )
export type Fate = 'kept' | 'gone' | 'old-gone' | 'damaged'

const disaster = fc.record({
  kind: fc.constant('disaster' as const),
  /** Years pass first: every journal is cleared, and some more is registered. */
  aged: fc.constantFrom(true, true, false),
  /** The master's journal, on the disk that `MNG_JOURNAL` names. */
  own: fate(1),
  /** The journals that the master keeps for its servers, on its own disk. */
  servers: fate(1),
  /** Whose disks are lost. */
  disks: fc.oneof(
    { weight: 1, arbitrary: fc.constant([] as readonly Host[]) },
    { weight: 1, arbitrary: fc.constantFrom(...replicas).map((one): readonly Host[] => [one]) },
    { weight: 2, arbitrary: fc.constant(['tk-ml1', 'os-ml1'] as readonly Host[]) },
    { weight: 1, arbitrary: fc.constant(['hq-mas'] as readonly Host[]) },
    { weight: 6, arbitrary: fc.constant(hosts as readonly Host[]) },
  ),
  /** What is done about a master whose disk survived. */
  remedy: fc.constantFrom('restore' as const, 'restore' as const, 'repair' as const, 'go-on' as const),
  pick,
})
export type Disaster = typeof disaster extends fc.Arbitrary<infer Value> ? Value : never

/** One thing that clients, operators or fate do to the domain. */
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      clients: fc.integer({ min: 1, max: 4 }),
      each: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), pick, remove: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clear' as const), host }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('backup' as const), host, killAfterMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('round' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      host,
      service: fc.constantFrom('object-server', 'address-service'),
      during: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('restore' as const), host, pick, killAfterMs, recovery }),
  },
  { weight: 9, arbitrary: disaster },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('full-disk' as const),
      during: fc.constantFrom('register' as const, 'clear' as const, 'backup' as const, 'restore' as const),
      pick,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconcile' as const), host: fc.constantFrom(...replicas) }) },
)
export type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never

/** What is lived. `journal`: whether the master has a `MNG_JOURNAL`. It always begins with something to lose since the template's backup. */
export type History = { readonly journal: boolean; readonly operations: readonly Operation[] }

export const history: fc.Arbitrary<History> = fc.record({
  journal: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  operations: fc
    .array(operation, { minLength: 3, maxLength: 7 })
    .map((middle): readonly Operation[] => [{ kind: 'register', clients: 2, each: 5 }, ...middle]),
})
