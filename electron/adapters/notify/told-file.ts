import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '../../../shared/zod.ts'
import type { Told } from '../../core/ports/told.ts'
import { makeFolderDurable, writeFileDurable } from '../../formats/durable-file.ts'
import { guarded } from '../platform/state-folder.ts'

const toldSchema = z.object({ missed: z.string().optional() })

/** In `<state>/told.json`. A file that cannot be read counts as none: rather told twice than never. */
export function toldFile(stateFolder: string): Told {
  const file = join(stateFolder, 'told.json')
  const read = () => {
    try {
      return toldSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return {}
    }
  }
  return {
    last: (name) => read()[name] ?? null,
    remember(name, value) {
      guarded(file, () => {
        makeFolderDurable(stateFolder)
        writeFileDurable(file, `${JSON.stringify({ ...read(), [name]: value })}\n`)
      })
    },
  }
}
