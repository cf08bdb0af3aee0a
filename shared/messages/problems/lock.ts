import { defineProblems } from './table.ts'

export const lockProblems = defineProblems({})
