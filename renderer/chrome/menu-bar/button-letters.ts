/** Presses the button inside `scope` that bears a letter; false when there is none. */
export function pressByLetter(scope: HTMLElement, letter: string): boolean {
  for (const button of scope.querySelectorAll<HTMLElement>('[data-mnemonic]')) {
    if (button.dataset.mnemonic !== letter || button.offsetParent === null) continue
    button.focus()
    button.click()
    return true
  }
  return false
}
