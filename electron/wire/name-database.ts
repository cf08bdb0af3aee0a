import { type Timeline, timelineSchema } from '../../shared/model/position.ts'

/** The area that holds all tables of the name database, so that a change is one transaction of one file (own decision). */
export const nameDatabaseArea = 'GMA_USERCONFIG_Type'

/** Layout of its tables. */
export const nameDatabaseVersion = 3

/** One row: the version and the change that the database ends with. */
export const positionQuery = 'SELECT version, timeline, number FROM state WHERE id = 1'

/** The timelines that the database knows. */
export const timelinesQuery = 'SELECT id, parent, fork, generation, lost FROM timeline ORDER BY generation, id'

/** A row of `timelinesQuery`. */
export function timelineOf({ lost, ...row }: Readonly<Record<string, unknown>>): Timeline {
  return timelineSchema.parse({ ...row, lost: JSON.parse(String(lost)) })
}
