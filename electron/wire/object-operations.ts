import { z } from '../../shared/zod.ts'
import { defineOperations } from './operation.ts'

const valueSchema = z.union([z.string(), z.number(), z.null()])
const rowSchema = z.record(z.string(), valueSchema)
export type Row = z.infer<typeof rowSchema>

/** One SQL statement. With `changes`, the whole transaction is given up unless it changed just that many rows. */
export const statementSchema = z.object({
  sql: z.string(),
  params: z.array(valueSchema).default([]),
  changes: z.number().int().optional(),
})
export type Statement = z.input<typeof statementSchema>

/** What an embedded Object Server answers (own decision: the real one's protocol is not known). */
export const objectOperations = defineOperations({
  /** Proof of life. */
  ping: { input: z.object({}), output: z.object({ pid: z.number() }) },
  /** Opens a session of an application: until its connection ends, the Object Server refuses to stop. */
  hello: { input: z.object({ application: z.string().min(1) }), output: z.object({ areas: z.array(z.string()) }) },
  /** Rows of one statement that reads. */
  query: {
    input: z.object({ area: z.string(), sql: z.string(), params: z.array(valueSchema).default([]) }),
    output: z.array(rowSchema),
  },
  /**
   * Statements of one area as one durable transaction; answers the changed rows of each. `transaction-refused` means that
   * nothing was changed; any other failure that the outcome must be read from the database.
   */
  transaction: {
    input: z.object({
      area: z.string(),
      statements: z.array(statementSchema),
      /** The parts that `transaction.add` brought over this connection and that go before these statements. */
      added: z.object({ batch: z.number().int(), parts: z.number().int() }).optional(),
    }),
    output: z.array(z.number()),
  },
  /** A part of a transaction too long for one message; kept until the connection brings its end, or begins another batch. */
  'transaction.add': {
    input: z.object({ batch: z.number().int(), part: z.number().int(), statements: z.array(statementSchema) }),
    output: z.null(),
  },
  /** Ends the Object Server; `object-server-in-use` names the applications while any has a session. */
  stop: { input: z.object({}), output: z.null() },
})
