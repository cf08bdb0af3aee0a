/** The manual's commands that this program answers to, as verbs and by the name under which it is called. */
export const manualNames: readonly string[] = ['APSTART', 'APSTOP', 'NXSMNGSRV', 'nxbackup', 'nxsrepstat', 'adrsmchj']
