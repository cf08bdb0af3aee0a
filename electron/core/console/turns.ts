/**
 * One at a time, in the order asked: an end that is asked for while a beginning still waits for its answer must find what
 * that has begun, or its lease would be renewed with nobody left to end it. A failure does not keep the next one waiting.
 */
export function createTurns(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const mine = last.then(task, task)
    last = mine
    return mine
  }
}
