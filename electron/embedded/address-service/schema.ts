const timelineTable = `CREATE TABLE timeline (
  id TEXT PRIMARY KEY, parent TEXT NOT NULL, fork INTEGER NOT NULL, generation INTEGER NOT NULL, lost TEXT NOT NULL
) STRICT`

/**
 * Tables of the name database. `state.epoch` grows with every start of the address service: a transaction of a killed
 * one that is still on its way finds another epoch and is refused. `change` is the outbox: every change with its record.
 * `queue` says which server still needs which change; `timeline` where each known timeline left its parent.
 */
export const nameDatabaseTables: readonly string[] = [
  `CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, timeline TEXT NOT NULL, number INTEGER NOT NULL,
    epoch INTEGER NOT NULL, token INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE entity (
    kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, organization_id TEXT, host TEXT, parent_id TEXT,
    members TEXT, PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX entity_organization ON entity (kind, organization_id, id)',
  'CREATE TABLE sequence (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT',
  'CREATE TABLE change (number INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT',
  'CREATE TABLE queue (host TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (host, number)) STRICT, WITHOUT ROWID',
  `CREATE TABLE replica (
    host TEXT PRIMARY KEY, timeline TEXT NOT NULL, number INTEGER NOT NULL, heard_at TEXT NOT NULL
  ) STRICT`,
  timelineTable,
  `CREATE TABLE lease (
    kind TEXT NOT NULL CHECK (kind IN ('lock', 'session')), id TEXT NOT NULL, owner TEXT NOT NULL, since TEXT NOT NULL,
    lease_ms INTEGER NOT NULL, PRIMARY KEY (kind, id)
  ) STRICT`,
]

/** What brings the tables of an older version to the next one, each step in one transaction with its version. */
export const nameDatabaseUpgrades: Readonly<Record<number, readonly string[]>> = {
  1: ['ALTER TABLE entity ADD COLUMN parent_id TEXT', 'ALTER TABLE entity ADD COLUMN members TEXT'],
  2: [timelineTable],
}
