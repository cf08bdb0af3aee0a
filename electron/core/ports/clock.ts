/** Time comes from the roots, so that tests and records agree on it. */
export interface Clock {
  now(): Date
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number
}
