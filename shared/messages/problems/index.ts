import { archiveProblems } from './archive.ts'
import { commandProblems } from './command.ts'
import { consoleProblems } from './console.ts'
import { domainProblems } from './domain.ts'
import { generalProblems } from './general.ts'
import { lockProblems } from './lock.ts'
import { mediumProblems } from './medium.ts'
import { namesProblems } from './names.ts'
import { restoreProblems } from './restore.ts'
import { runProblems } from './run.ts'
import { serviceProblems } from './service.ts'

/** Every problem the product can name; an area a file. */
export const problemTable = {
  ...generalProblems,
  ...archiveProblems,
  ...commandProblems,
  ...consoleProblems,
  ...domainProblems,
  ...lockProblems,
  ...mediumProblems,
  ...namesProblems,
  ...restoreProblems,
  ...runProblems,
  ...serviceProblems,
}

export type ProblemCode = keyof typeof problemTable
