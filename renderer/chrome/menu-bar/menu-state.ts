import type { Menu, MenuEntry, MenuItem } from '../../../shared/menu.ts'

/** Where the menu bar stands. `path`: the highlighted entry, and in its submenu the highlighted entry of that. */
export type MenuPlace =
  | { readonly kind: 'closed' }
  | { readonly kind: 'bar'; readonly top: number }
  | { readonly kind: 'open'; readonly top: number; readonly path: readonly number[] }

/** `altHeld`: Alt went down and no other key since, so letting it go means the menu bar. */
export interface MenuState {
  readonly place: MenuPlace
  readonly altHeld: boolean
}

export const closedMenu: MenuState = { place: { kind: 'closed' }, altHeld: false }

/** A key as the menu bar needs it; `key` is the KeyboardEvent's, letters in upper case. */
export interface MenuKey {
  readonly type: 'down' | 'up'
  readonly key: string
  readonly alt: boolean
  readonly ctrl: boolean
}

export interface MenuStep {
  readonly state: MenuState
  /** The item that was chosen; the bar is closed then. */
  readonly chosen: MenuItem | null
  /** Alt and a letter that no menu has: a button's, perhaps. */
  readonly letter: string | null
  /** The key was the menu bar's and goes no further. */
  readonly handled: boolean
}

/**
 * What a key does to the menu bar, as on the systems of the time: Alt or F10 goes to the bar and leaves it, Alt and a
 * letter opens a menu, a letter alone chooses inside an open one, arrows move, Escape goes back one step. `grey` tells
 * which items cannot be chosen: they can be reached, to read why.
 */
export function stepMenu(
  bar: readonly Menu[],
  state: MenuState,
  key: MenuKey,
  grey: (item: MenuItem) => boolean,
): MenuStep {
  const at = (place: MenuPlace): MenuStep => ({
    state: { place, altHeld: false },
    chosen: null,
    letter: null,
    handled: true,
  })
  const pass: MenuStep = { state: { ...state, altHeld: false }, chosen: null, letter: null, handled: false }
  const { place } = state
  const toBar = place.kind === 'closed' && bar.length > 0 ? at({ kind: 'bar', top: 0 }) : at({ kind: 'closed' })

  if (key.key === 'Alt') {
    if (key.type === 'down') return { ...pass, state: { place, altHeld: !key.ctrl } }
    return state.altHeld ? toBar : pass
  }
  if (key.type === 'up' || key.ctrl) return pass.state.altHeld === state.altHeld ? { ...pass, state } : pass
  if (key.key === 'F10' && !key.alt) return toBar

  if (/^[A-Z0-9]$/.test(key.key)) {
    if (place.kind === 'open') {
      const inside = chooseByLetter(bar, place, key.key, grey)
      if (inside !== null) return { ...at(inside.place), chosen: inside.chosen }
    }
    if (key.alt || place.kind === 'bar') {
      const top = bar.findIndex((menu) => menu.mnemonic === key.key)
      if (top >= 0) return at(openAt(bar, top))
    }
    if (key.alt && place.kind === 'closed') return { ...pass, letter: key.key }
    return place.kind === 'closed' ? pass : at(place)
  }
  if (key.alt) return pass
  if (place.kind === 'bar') return stepBar(bar, place.top, key.key, at) ?? pass
  if (place.kind === 'open') return stepOpen(bar, place, key.key, grey, at) ?? pass
  return pass
}

type OpenPlace = Extract<MenuPlace, { kind: 'open' }>

/** A menu just opened: its first entry is highlighted. */
export function openAt(bar: readonly Menu[], top: number): MenuPlace {
  return { kind: 'open', top, path: [firstOf(bar[top]?.entries ?? [])] }
}

/** The entry that a path leads to. */
export function entryAt(menu: Menu | undefined, path: readonly number[]): MenuEntry | undefined {
  let entries = menu?.entries ?? []
  let entry: MenuEntry | undefined
  for (const index of path) {
    entry = entries[index]
    entries = entry?.kind === 'submenu' ? entry.entries : []
  }
  return entry
}

function stepBar(bar: readonly Menu[], top: number, key: string, at: (place: MenuPlace) => MenuStep): MenuStep | null {
  switch (key) {
    case 'ArrowLeft':
      return at({ kind: 'bar', top: (top + bar.length - 1) % bar.length })
    case 'ArrowRight':
      return at({ kind: 'bar', top: (top + 1) % bar.length })
    case 'ArrowDown':
    case 'ArrowUp':
    case 'Enter':
    case ' ':
      return at(openAt(bar, top))
    case 'Escape':
      return at({ kind: 'closed' })
    case 'Tab':
      return { ...at({ kind: 'closed' }), handled: false }
    default:
      return null
  }
}

function stepOpen(
  bar: readonly Menu[],
  place: OpenPlace,
  key: string,
  grey: (item: MenuItem) => boolean,
  at: (place: MenuPlace) => MenuStep,
): MenuStep | null {
  const { top, path } = place
  const entries = siblings(bar[top], path)
  const index = path.at(-1) ?? -1
  const above = path.slice(0, -1)
  const move = (to: number) => at({ kind: 'open', top, path: [...above, to] })
  const entry = entries[index]
  switch (key) {
    case 'ArrowDown':
      return move(nextOf(entries, index, 1))
    case 'ArrowUp':
      return move(nextOf(entries, index, -1))
    case 'Home':
      return move(firstOf(entries))
    case 'End':
      return move(nextOf(entries, 0, -1))
    case 'ArrowRight':
      if (entry?.kind === 'submenu') return at({ kind: 'open', top, path: [...path, firstOf(entry.entries)] })
      return at(openAt(bar, (top + 1) % bar.length))
    case 'ArrowLeft':
      if (path.length > 1) return at({ kind: 'open', top, path: above })
      return at(openAt(bar, (top + bar.length - 1) % bar.length))
    case 'Enter':
    case ' ': {
      const { place: to, chosen } = choose(place, index, entry, grey)
      return { ...at(to), chosen }
    }
    case 'Escape':
      return at(path.length > 1 ? { kind: 'open', top, path: above } : { kind: 'bar', top })
    case 'Tab':
      return { ...at({ kind: 'closed' }), handled: false }
    default:
      return null
  }
}

/** Choosing an entry: an item closes the bar, a submenu opens, a grey item is only highlighted. */
function choose(
  place: OpenPlace,
  index: number,
  entry: MenuEntry | undefined,
  grey: (item: MenuItem) => boolean,
): { readonly place: MenuPlace; readonly chosen: MenuItem | null } {
  const path = [...place.path.slice(0, -1), index]
  if (entry === undefined || entry.kind === 'separator') return { place, chosen: null }
  if (entry.kind === 'submenu') {
    return { place: { ...place, path: [...path, firstOf(entry.entries)] }, chosen: null }
  }
  if (grey(entry)) return { place: { ...place, path }, chosen: null }
  return { place: { kind: 'closed' }, chosen: entry }
}

function chooseByLetter(bar: readonly Menu[], place: OpenPlace, letter: string, grey: (item: MenuItem) => boolean) {
  const entries = siblings(bar[place.top], place.path)
  const index = entries.findIndex((entry) => entry.kind !== 'separator' && entry.mnemonic === letter)
  return index < 0 ? null : choose(place, index, entries[index], grey)
}

function siblings(menu: Menu | undefined, path: readonly number[]): readonly MenuEntry[] {
  if (path.length < 2) return menu?.entries ?? []
  const parent = entryAt(menu, path.slice(0, -1))
  return parent?.kind === 'submenu' ? parent.entries : []
}

function firstOf(entries: readonly MenuEntry[]): number {
  return entries.findIndex((entry) => entry.kind !== 'separator')
}

/** The next entry that is no separator, going round. */
function nextOf(entries: readonly MenuEntry[], from: number, step: 1 | -1): number {
  for (let count = 1; count <= entries.length; count++) {
    const index = (((from + step * count) % entries.length) + entries.length) % entries.length
    if (entries[index]?.kind !== 'separator') return index
  }
  return from
}
