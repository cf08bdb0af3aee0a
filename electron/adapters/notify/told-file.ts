import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '../../../shared/zod.ts'
import type { Told } from '../../core/ports/told.ts'
import { makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { guarded } from '../../formats/state-file.ts'

const untoldSchema = z.object({ at: z.string(), message: z.object({ ja: z.string(), en: z.string() }) })
const toldSchema = z.object({ missed: z.string().optional(), untold: z.record(z.string(), untoldSchema).optional() })

/** In `<state>/told.json`. A file that cannot be read counts as none: rather told twice than never. */
export function toldFile(stateFolder: string): Told {
  const file = join(stateFolder, 'told.json')
  const read = (): z.infer<typeof toldSchema> => {
    try {
      return toldSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return {}
    }
  }
  const change = (changed: z.infer<typeof toldSchema>) =>
    guarded(file, () => {
      makeFolderDurable(stateFolder)
      writeFileDurable(file, `${JSON.stringify({ ...read(), ...changed })}\n`)
    })
  return {
    last: (name) => read()[name] ?? null,
    remember: (name, value) => change({ [name]: value }),
    untold(channels) {
      return Object.entries(read().untold ?? {}).flatMap(([channel, found]) =>
        channels.includes(channel) ? [{ channel, ...found }] : [],
      )
    },
    noteUntold(channel, found) {
      const { [channel]: before, ...others } = read().untold ?? {}
      if (found !== null) change({ untold: { ...others, [channel]: found } })
      else if (before !== undefined) change({ untold: others })
    },
  }
}
