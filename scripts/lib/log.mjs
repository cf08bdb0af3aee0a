/** A line for a person, on stderr: stdout belongs to results. */
export function log(text) {
  process.stderr.write(`untenseki: ${text}\n`)
}

/** What a script cannot go on after: the text is the whole story, the code follows the product's exit codes. */
export class Stop extends Error {
  constructor(exitCode, text) {
    super(text)
    this.exitCode = exitCode
  }
}

/** Runs a script's main function: a `Stop` ends with its text and code, anything else with its stack and 1. */
export async function runMain(main) {
  try {
    await main()
  } catch (thrown) {
    if (thrown instanceof Stop) log(thrown.message)
    else process.stderr.write(`${thrown?.stack ?? thrown}\n`)
    process.exitCode = thrown instanceof Stop ? thrown.exitCode : 1
  }
}
