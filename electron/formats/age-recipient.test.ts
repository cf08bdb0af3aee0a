import { Encrypter, generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAgeRecipient } from './age-recipient.ts'

const takes = (text: string): boolean => {
  try {
    new Encrypter().addRecipient(text)
    return true
  } catch {
    return false
  }
}

test('takes what the library encrypts for, and nothing with up to four wrong letters', async () => {
  for (const make of [generateIdentity, generateHybridIdentity]) {
    const recipient = await identityToRecipient(await make())
    expect(isAgeRecipient(recipient)).toBe(true)
    // BIP 173: up to four wrong letters are always found, in a text of 90 letters at the most.
    const wrong = fc.array(
      fc.record({ at: fc.nat(recipient.length - 1), letter: fc.constantFrom(...'qpzry9x8gf2t1ABiob') }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(wrong, (places) => {
        const letters = [...recipient]
        for (const { at, letter } of places) letters[at] = letter
        const text = letters.join('')
        expect(isAgeRecipient(text)).toBe(text === recipient)
        expect(takes(text)).toBe(text === recipient)
      }),
    )
  }
  fc.assert(fc.property(fc.string(), (text) => !isAgeRecipient(text) && !isAgeRecipient(`age1${text}`)))
})
