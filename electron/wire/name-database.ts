/** The area that holds all tables of the name database, so that a change is one transaction of one file (own decision). */
export const nameDatabaseArea = 'GMA_USERCONFIG_Type'

/** Layout of its tables. */
export const nameDatabaseVersion = 2

/** One row: the version and the change that the database ends with. */
export const positionQuery = 'SELECT version, timeline, number FROM state WHERE id = 1'
