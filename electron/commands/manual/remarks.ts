import type { Both } from '../output.ts'

/** Says in a command's help what the manual documents of it. */
export function documented(ja: string, en: string): Both {
  return { ja: `マニュアルに記載の動作: ${ja}`, en: `As the manual documents it: ${en}` }
}

/** Says what nothing was found about, so that it is this product's own decision and never taken for Hitachi's. */
export function ours(ja: string, en: string): Both {
  return { ja: `本製品独自: ${ja}`, en: `This product's own: ${en}` }
}
