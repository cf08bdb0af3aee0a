import { defineProblems } from './table.ts'

export const consoleProblems = defineProblems({})
