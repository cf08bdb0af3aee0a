/** Change numbers as an operator reads and types them: `111-115,120`. */
export { rangesText } from '../../formats/replay-plan.ts'
