import type { CatalogEntry, CatalogEvent } from '../../../shared/model/catalog.ts'
import type { Attested } from '../../../shared/model/position.ts'

type Archived = Extract<CatalogEvent, { readonly kind: 'archived' }>
type Later = Exclude<CatalogEvent, { readonly kind: 'archived' }>

/**
 * Every archive of the domain: an append-only record outside every target, never changed afterwards. After a crash at any
 * moment it holds every event whose call returned, and perhaps one more. Throws `state-folder-failed`, `catalog-corrupt`.
 */
export interface ArchiveCatalog {
  /** Records a new archive, durable when it returns; gives its sequence. */
  archived(facts: Omit<Archived, 'kind' | 'sequence'>): number
  append(event: Later): void
  /** The newest last. */
  entries(): readonly CatalogEntry[]
  /** What all archives that ever were attest. Passes over lines that cannot be read: each stands for itself. Throws `state-folder-failed`. */
  attested(): Attested
}
