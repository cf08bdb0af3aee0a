import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from '../../shared/zod.ts'

/** Reads a small JSON file; null when it is absent, torn or of another shape: it only remembers comforts. */
export function readSmallFile<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Writes a small JSON file beside and renames it, so that two consoles never leave a torn one. Makes its folder. */
export function writeSmallFile(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  const next = `${file}.${process.pid}.next`
  writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(next, file)
}
