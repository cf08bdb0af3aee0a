/** Closes a union: the compiler refuses the call while a case is left over. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`)
}
