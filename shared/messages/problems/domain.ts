import { defineProblems } from './table.ts'

export const domainProblems = defineProblems({})
