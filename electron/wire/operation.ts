import type { z } from '../../shared/zod.ts'

/** One request a service answers: the shape of what goes in (never with a key `id` or `op`) and of what comes out. */
export type Operation = { readonly input: z.ZodObject; readonly output: z.ZodType }

/** A service's operations by name: the only truth for its server and its clients. */
export type Operations = Readonly<Record<string, Operation>>

export type InputOf<T extends Operation> = z.input<T['input']>
export type ParsedInputOf<T extends Operation> = z.output<T['input']>
export type OutputOf<T extends Operation> = z.output<T['output']>

/** Keeps the names and shapes of a table of operations. */
export function defineOperations<const T extends Operations>(operations: T): T {
  return operations
}
