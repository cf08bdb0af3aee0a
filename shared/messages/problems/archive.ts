import { defineProblems } from './table.ts'

export const archiveProblems = defineProblems({})
