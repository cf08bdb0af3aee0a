import { defineProblems } from './table.ts'

export const commandProblems = defineProblems({})
