/**
 * What a command, a run or a dialog ends with. One table for the shell and the GUI (design §9).
 * `refused*` codes promise that nothing was stopped; 2 and 3 say what became of the services that a run stopped.
 */
export const exitCodes = {
  done: 0,
  warnings: 1,
  failedRestored: 2,
  failedDown: 3,
  replication: 10,
  locked: 11,
  medium: 12,
  badArchive: 13,
  usage: 64,
  unavailable: 69,
  notPermitted: 77,
  domainFile: 78,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitName = keyof typeof exitCodes
