import { expect, test } from 'vitest'
import { type Runbook, type StepName, stepNumber } from './run.ts'

const numbers = (runbook: Runbook, steps: readonly StepName[]) => steps.map((step) => stepNumber(runbook, step, steps))

test("case (1) keeps the manual's numbers where steps are not needed, and counts on without a gap after nxbackup", () => {
  const rest = ['end-console', 'stop-server', 'stop-directory', 'nxbackup', 'verify', 'start', 'discard'] as const
  expect(numbers('master-backup', rest)).toEqual([5, 6, 7, 8, 9, 10, 11])
  expect(numbers('master-backup', ['nxbackup', 'verify', 'start', 'second-copy', 'discard'])).toEqual([
    8, 9, 10, 11, 12,
  ])
})

test('a round counts its steps once, however many servers do them', () => {
  const round = ['check-console', 'nxbackup@a', 'nxbackup@b', 'seal@a', 'seal@b', 'discard'] as const
  expect(numbers('unattended-backup', round)).toEqual([1, 2, 2, 3, 3, 4])
})
