import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('an end that is asked for while a beginning waits comes after it; a failure keeps nobody waiting', async () => {
  const inTurn = createTurns()
  const did: string[] = []
  let answer = () => undefined as undefined
  const waiting = new Promise<void>((resolve) => {
    answer = () => void resolve()
  })
  const opening = inTurn(async () => {
    await waiting
    did.push('open')
    throw new Error('refused')
  })
  const closing = inTurn(async () => {
    did.push('close')
    return 7
  })
  answer()
  await expect(opening).rejects.toThrow('refused')
  expect(await closing).toBe(7)
  expect(did).toEqual(['open', 'close'])
})
