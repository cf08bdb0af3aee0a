import { defineProblems } from './table.ts'

export const serviceProblems = defineProblems({})
