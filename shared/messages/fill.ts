/** Fills the placeholders `{name}` of a text; a placeholder without a value stays visible, so that it is noticed. */
export function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}
