import { defineProblems } from './table.ts'

export const runProblems = defineProblems({})
