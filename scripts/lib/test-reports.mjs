/** What the reports of the test runners tell: counts, and each failure with its place, its title and the first lines of why. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './paths.mjs'

const LINES = 12

/** @param {string} report path of vitest's JSON report */
export function countUnit(report) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const failures = testResults.flatMap(({ name: path, status, message, assertionResults }) => {
    const name = relative(root, path)
    const failed = assertionResults.filter((each) => each.status === 'failed')
    // A file that could not be loaded, or whose hooks failed, has no test that tells of it.
    if (failed.length === 0) return status === 'failed' ? [failure(name, message)] : []
    return failed.map(({ fullName, failureMessages }) => failure(`${name} ${fullName}`, failureMessages.join('\n')))
  })
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, failures }
}

/** @param {string} report path of Playwright's JSON report */
export function countE2e(report) {
  const { stats, suites, errors } = JSON.parse(readFileSync(report, 'utf8'))
  const failures = [...suites.flatMap(failuresOf), ...errors.map((error) => failure('Playwright', error.message))]
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped, failures }
}

function failuresOf({ suites = [], specs }) {
  const own = specs.filter(({ ok }) => !ok)
  const told = own.map(({ file, line, title, tests }) => {
    const errors = tests.flatMap(({ results }) => results.flatMap((result) => result.errors))
    return failure(`${file}:${line} ${title}`, errors.map(({ message }) => message).join('\n'))
  })
  return [...told, ...suites.flatMap(failuresOf)]
}

function failure(title, message = '') {
  return { title, message: message.split('\n').slice(0, LINES).join('\n') }
}
